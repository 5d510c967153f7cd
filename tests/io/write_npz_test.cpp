#include "sparseconv/io/write_npz.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "sparseconv/io/npz.hpp"
#include "sparseconv/weights/npz_arrays.hpp"
#include "support/error_message.hpp"
#include "support/folder_contents.hpp"
#include "support/full_disk.hpp"
#include "support/temporary_file.hpp"
#include "support/zero_in_name.hpp"

namespace sparseconv::write_npz_test {
namespace {

SparseTensor<float, 2> tensor_of(Grid<2> const& grid, std::vector<Coordinate<2>> const& sites,
                                 std::vector<float> const& features) {
  SiteSet<2> const set(grid, Buffer<Coordinate<2>>(std::span<Coordinate<2> const>(sites)));
  return {set, static_cast<std::int64_t>(features.size() / sites.size()),
          Buffer<float>(std::span<float const>(features))};
}

using test::message_of;
using test::text_of;

TEST(WriteNpz, HoldsTheNpyFileOfTheCloud) {
  PointCloud const cloud{.columns = 4, .values = {1, 2, 3, 255, 4, 5, 6, 0}, .names = {"x", "y", "z", "red"}};
  const test::TemporaryFile archive("scan.npz", {});
  const test::TemporaryFile array("scan.npy", {});
  write_npz(archive.path(), cloud);
  write_npy(array.path(), cloud);
  // Stored as it is, under its name.
  std::string const text = text_of(archive.path());
  EXPECT_NE(text.find("points.npy" + text_of(array.path())), std::string::npos);
  PointCloud const back = read_npz(archive.path());
  EXPECT_EQ(back.values, cloud.values);
  EXPECT_EQ(back.names, cloud.names);
  EXPECT_EQ(test::count_files(archive.folder()), 1);
}

TEST(WriteNpz, HoldsSitesAndFeatures) {
  auto const tensor = tensor_of(Grid<2>{.shape = {10, 20}, .batch_size = 2}, {{0, {1, 2}}, {1, {9, 19}}},
                                {0.5F, 1.5F, 2.5F, 3.5F, 4.5F, 5.5F});
  const test::TemporaryFile file("sites.npz", {});
  write_npz(file.path(), tensor);
  auto const arrays = read_npz_arrays(file.path());
  ASSERT_EQ(arrays.size(), 2u);
  EXPECT_EQ(arrays[0].name, "coordinates");
  EXPECT_EQ(arrays[0].array.shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(arrays[0].array.type, ScalarType::int32);
  EXPECT_EQ(arrays[0].array.values_as<std::int32_t>("test"), (std::vector<std::int32_t>{0, 1, 2, 1, 9, 19}));
  EXPECT_EQ(arrays[1].name, "features");
  EXPECT_EQ(arrays[1].array.values_as<float>("test"), (std::vector<float>{0.5, 1.5, 2.5, 3.5, 4.5, 5.5}));
}

TEST(WriteNpz, KeepsTheFileThatIsThereOnAFullDisk) {
  test::expect_file_kept_on_a_full_disk(
      "write_npz", [](std::filesystem::path const& path, PointCloud const& cloud) { write_npz(path, cloud); });
}

TEST(WriteNpz, RefusesANameWithAZero) {
  PointCloud const cloud{.columns = 3, .values = {1, 2, 3}};
  test::expect_writer_refuses_zero("write_npz", ".npz",
                                   [&](std::filesystem::path const& path) { write_npz(path, cloud); });
}

}  // namespace
}  // namespace sparseconv::write_npz_test

#include "sparseconv/io/read_point_cloud.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "sparseconv/io/write_npy.hpp"
#include "sparseconv/io/write_pcd.hpp"
#include "sparseconv/io/write_ply.hpp"
#include "sparseconv/points/voxelize.hpp"
#include "sparseconv/points/voxelizer.hpp"
#include "support/error_message.hpp"
#include "support/npy_file.hpp"
#include "support/temporary_file.hpp"
#include "support/zero_in_name.hpp"

namespace sparseconv::read_point_cloud_test {
namespace {

using test::ByteWriter;
using test::message_of;
using test::TemporaryFile;
using Values = std::vector<float>;

TEST(ReadPointCloud, ChoosesTheReaderByExtension) {
  const ByteWriter records = ByteWriter().numbers<float>(1, 2, 3, 4);
  const ByteWriter array = test::npy_header("<f4", "(1, 3)").numbers<float>(1, 2, 3);
  const ByteWriter ply(
      "ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float y\nproperty float z\nend_header\n1 2 "
      "3\n");
  const ByteWriter pcd("FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nPOINTS 1\nDATA ascii\n1 2 3\n");
  EXPECT_EQ(read_point_cloud(TemporaryFile("scan.bin", records.bytes()).path()).values, (Values{1, 2, 3, 4}));
  for (char const* name : {"scan.npy", "SCAN.NPY"})
    EXPECT_EQ(read_point_cloud(TemporaryFile(name, array.bytes()).path()).values, (Values{1, 2, 3}));
  EXPECT_EQ(read_point_cloud(TemporaryFile("scan.ply", ply.bytes()).path()).values, (Values{1, 2, 3}));
  EXPECT_EQ(read_point_cloud(TemporaryFile("scan.pcd", pcd.bytes()).path()).values, (Values{1, 2, 3}));
}

TEST(ReadPointCloud, TakesTextsOfAnyExtension) {
  for (char const* name : {"scan.xyz", "scan.txt", "scan.CSV", "scan.asc", "scan.pts"})
    EXPECT_EQ(read_point_cloud(TemporaryFile(name, ByteWriter("1 2 3\n4 5 6\n").bytes()).path()).values,
              (Values{1, 2, 3, 4, 5, 6}))
        << name;
  // Open3D's, which have no names.
  const TemporaryFile normals("scan.xyzn", ByteWriter("1 2 3 0 0 1\n").bytes());
  EXPECT_EQ(read_point_cloud(normals.path()).names, (std::vector<std::string>{"x", "y", "z", "nx", "ny", "nz"}));
  const TemporaryFile colours("scan.XYZRGB", ByteWriter("1 2 3 0 0.5 1\n").bytes());
  EXPECT_EQ(read_point_cloud(colours.path()).names, (std::vector<std::string>{"x", "y", "z", "red", "green", "blue"}));
  EXPECT_EQ(read_point_cloud(colours.path(), {.text = {.names = "z y x _ _ _"}}).values, (Values{3, 2, 1}));
  const TemporaryFile file("scan.txt", ByteWriter("1|2|3\n").bytes());
  EXPECT_EQ(read_point_cloud(file.path(), {.text = {.names = "z y x", .separator = '|'}}).values, (Values{3, 2, 1}));
}

TEST(ReadPointCloud, HandsOverBlocks) {
  const TemporaryFile file("scan.xyz", ByteWriter("1 2 3\n4 5 6\n7 8 9\n").bytes());
  PointCloudOptions const options{.reading = {.offset = {{1, 0, 0}}, .block_points = 2}};
  std::vector<Values> seen;
  for_each_block(file.path(), options, [&](PointCloud const& block) {
    EXPECT_EQ(block.offset, (std::array<double, 3>{1, 0, 0}));
    seen.push_back(block.values);
  });
  EXPECT_EQ(seen, (std::vector<Values>{{0, 2, 3, 3, 5, 6}, {6, 8, 9}}));
  double last = 0;
  for_each_block(file.path(), options, [&](PointCloud& block, double progress) {
    PointCloud const taken = std::move(block);
    EXPECT_FALSE(taken.empty());
    EXPECT_GE(progress, last);
    last = progress;
  });
  EXPECT_EQ(last, 1);
}

TEST(ReadPointCloud, BlocksBecomeTheVoxelsOfTheWhole) {
  std::string text;
  for (int i = 0; i < 5000; ++i)
    text += std::to_string(691000.02 + 0.05 * (i % 200)) + " " + std::to_string(5336000.1 + 0.2 * (i % 37)) + " 1\n";
  const TemporaryFile file("scan.xyz", ByteWriter(text).bytes());
  VoxelGrid const grid{.voxel_size = {0.05F, 0.2F, 1}, .low = {691000, 5336000, 0}, .high = {691010, 5336010, 2}};
  Voxelizer voxelizer(grid);
  for_each_block(file.path(), {.reading = {.block_points = 999}},
                 [&](PointCloud const& block) { voxelizer.add(seq, block); });
  SparseTensor<float, 3> const pieces = voxelizer.tensor(seq);
  auto const whole = voxelize(seq, read_point_cloud(file.path()), grid);
  EXPECT_EQ(whole.tensor.size(), 5000);
  ASSERT_EQ(pieces.size(), whole.tensor.size());
  EXPECT_EQ(voxelizer.offset(), whole.offset);
  for (std::int64_t i = 0; i < whole.tensor.size() * 3; ++i)
    ASSERT_EQ(pieces.features().data[i], whole.tensor.features().data[i]);
}

TEST(ReadPointCloud, TakesTheFormatOfRecords) {
  const ByteWriter writer = ByteWriter().numbers<std::uint16_t>(0x3c00, 0x4000, 0x4200, 0, 0);
  const TemporaryFile file("scan.pcd.bin", writer.bytes());
  EXPECT_EQ(read_point_cloud(file.path(), {.records = {.columns = 5, .element = RecordElement::float16}}).values,
            (Values{1, 2, 3, 0, 0}));
}

TEST(ReadPointCloud, NamesAnExtensionItDoesNotTake) {
  std::string const folder = std::filesystem::temp_directory_path().string();
  EXPECT_EQ(message_of<FormatError>([&] { return read_point_cloud(folder); }),
            "read_point_cloud: " + folder + ": this is a directory; name one file in it");
  EXPECT_EQ(
      message_of<FormatError>([] { return read_point_cloud("a/scan.npz"); }),
      "read_point_cloud: a/scan.npz: a .npz file needs libzip; include <sparseconv/io/npz.hpp>, link it, and call "
      "read_npz");
  for (const std::string extension : {"", ".obj"})
    EXPECT_EQ(
        message_of<FormatError>([&] { return read_point_cloud("a/scan" + extension); }),
        "read_point_cloud: a/scan" + extension + ": the extension \"" + extension +
            "\" is not one of .bin, .npy, .ply, .pcd, .las, .xyz, .xyzn, .xyzrgb, .txt, .csv, .asc and .pts; call "
            "read_records, read_npy, "
            "read_ply, read_pcd, read_las or read_text itself");
}

TEST(ReadPointCloud, AndItsReadersRefuseANameWithAZero) {
  using Path = std::filesystem::path;
  auto const refuses = [](char const* call, char const* ending, auto const& read) {
    test::expect_reader_refuses_zero(call, ending, read);
  };
  for (char const* const ending : {".bin", ".npy", ".ply", ".pcd", ".las", ".xyz", ".npz", ".none"})
    refuses("read_point_cloud", ending, [](Path const& path) { return read_point_cloud(path); });
  refuses("read_records", ".bin", [](Path const& path) { return read_records(path); });
  refuses("read_npy", ".npy", [](Path const& path) { return read_npy(path); });
  refuses("read_ply", ".ply", [](Path const& path) { return read_ply(path); });
  refuses("read_pcd", ".pcd", [](Path const& path) { return read_pcd(path); });
  refuses("read_las", ".las", [](Path const& path) { return read_las(path); });
  refuses("read_text", ".xyz", [](Path const& path) { return read_text(path); });
}

/// Reads a file of so many points by blocks, while it becomes `size` bytes long behind the first block: how many points came, and the
/// error.
std::pair<std::int64_t, std::string> read_while_resized(std::filesystem::path const& path, std::uintmax_t size) {
  std::int64_t points = 0;
  std::string message = message_of<FormatError>([&] {
    PointBlocks blocks = point_blocks(path, {.records = {.columns = 3}, .reading = {.block_points = 1000}});
    PointCloud block;
    for (int i = 0; blocks.next(block); ++i) {
      if (i == 0) std::filesystem::resize_file(path, size);
      points += block.size();
      double const progress = blocks.progress();
      EXPECT_TRUE(progress >= 0 && progress <= 1) << path << progress;
      if (i > 10'000) return false;
    }
    EXPECT_EQ(blocks.progress(), 1) << path;
    return true;
  });
  return {points, message};
}

TEST(ReadPointCloud, JudgesAFileThatShrinksOrGrowsWhileItIsRead) {
  const PointCloud cloud{.columns = 3, .values = Values(3 * 300'000, 1)};
  const TemporaryFile file("other", {});
  std::string text;
  for (int i = 0; i < 300'000; ++i) text += "1 1 1\n";
  ByteWriter records;
  for (float const value : cloud.values) records.numbers<float>(value);
  using Write = std::function<void(std::filesystem::path const&)>;
  auto const bytes = [](ByteWriter const& writer) -> Write {
    return [&writer](std::filesystem::path const& path) {
      std::ofstream(path, std::ios::binary)
          .write(reinterpret_cast<char const*>(writer.bytes().data()), static_cast<std::streamsize>(writer.size()));
    };
  };
  ByteWriter const lines(text);
  std::vector<std::pair<char const*, Write>> const formats{{"a.npy", [&](auto const& path) { write_npy(path, cloud); }},
                                                           {"a.ply", [&](auto const& path) { write_ply(path, cloud); }},
                                                           {"a.pcd", [&](auto const& path) { write_pcd(path, cloud); }},
                                                           {"a.bin", bytes(records)},
                                                           {"a.xyz", bytes(lines)}};
  for (auto const& [name, write] : formats) {
    std::filesystem::path const path = file.folder() / name;
    bool const is_text = path.extension() == ".xyz";
    write(path);
    std::uintmax_t const size = std::filesystem::file_size(path);
    auto const [fewer, truncated] = read_while_resized(path, size - 6 * 100'000);
    EXPECT_LT(fewer, 300'000) << path;
    EXPECT_NE(truncated.find(is_text ? "nothing was thrown" : "truncated"), std::string::npos) << truncated;
    write(path);
    auto const [all, more] = read_while_resized(path, size + 100'000);
    EXPECT_TRUE(is_text ? all <= 300'000 : all == 300'000) << path << all;  // zeros behind a text end its last block
    bool const goes_on = path.extension() == ".bin" || path.extension() == ".pcd";  // PCD files may end with zeros
    EXPECT_EQ(more == "nothing was thrown", goes_on) << more;
  }
}

}  // namespace
}  // namespace sparseconv::read_point_cloud_test

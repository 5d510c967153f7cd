#include "sparseconv/io/write_ply.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "sparseconv/io/ply.hpp"
#include "support/byte_writer.hpp"
#include "support/error_message.hpp"
#include "support/folder_contents.hpp"
#include "support/full_disk.hpp"
#include "support/temporary_file.hpp"
#include "support/zero_in_name.hpp"

namespace sparseconv::write_ply_test {
namespace {

using test::ByteWriter;
using test::message_of;
using test::text_of;

std::string written(PointCloud const& cloud) {
  const test::TemporaryFile file("scan.ply", {});
  write_ply(file.path(), cloud);
  return text_of(file.path());
}

TEST(WritePly, WritesEachColumnUnderItsName) {
  PointCloud const cloud{
      .columns = 6, .values = {1, 2, 3, 255, 0.5, 7, 4, 5, 6, 0, -1, 8}, .names = {"x", "y", "z", "red", "green", "n"}};
  ByteWriter expected(
      "ply\nformat binary_little_endian 1.0\nelement vertex 2\nproperty float x\nproperty float y\nproperty float z\n"
      "property uchar red\nproperty float green\nproperty float n\nend_header\n");
  expected.numbers<float>(1, 2, 3).numbers<std::uint8_t>(255).numbers<float>(0.5, 7);
  expected.numbers<float>(4, 5, 6).numbers<std::uint8_t>(0).numbers<float>(-1, 8);
  EXPECT_EQ(written(cloud), text_of(expected.bytes()));
}

TEST(WritePly, WritesPositionsFarFrom0AsDoubles) {
  PointCloud const cloud{.columns = 4, .values = {0.25, 2, 3, 4}, .offset = {500000, 0, -1}};
  ByteWriter expected(
      "ply\nformat binary_little_endian 1.0\nelement vertex 1\nproperty double x\nproperty double y\nproperty double "
      "z\n"
      "property float c3\nend_header\n");
  expected.numbers<double>(500000.25, 2, 2).numbers<float>(4);
  EXPECT_EQ(written(cloud), text_of(expected.bytes()));
}

TEST(WritePly, ComesBack) {
  PointCloud cloud{.columns = 5, .names = {"x", "y", "z", "red", "time"}, .offset = {500000, 5400000, 0}};
  for (int i = 0; i < 10000; ++i)
    for (float const value : {0.05F * static_cast<float>(i + 1), 0.1F, 3.0F, static_cast<float>(i % 256), 0.5F})
      cloud.values.push_back(value);
  const test::TemporaryFile file("scan.ply", {});
  write_ply(file.path(), cloud);
  PointCloud const back = read_ply(file.path());
  EXPECT_EQ(back.values, cloud.values);
  EXPECT_EQ(back.names, cloud.names);
  EXPECT_EQ(back.offset, cloud.offset);
  EXPECT_EQ(test::count_files(file.folder()), 1);
  PointCloud const none{.columns = 3};
  write_ply(file.path(), none);
  EXPECT_TRUE(read_ply(file.path()).empty());
}

TEST(WritePly, NamesWhatCannotBeWritten) {
  const test::TemporaryFile file("scan.ply", ByteWriter("before").bytes());
  std::string const where = "write_ply: " + file.path().string() + ": ";
  auto const failure = [&](PointCloud const& cloud) {
    return message_of<Error>([&] { return (write_ply(file.path(), cloud), 0); });
  };
  EXPECT_EQ(failure({.columns = 2}), where + "the cloud has 2 columns; x, y and z are the first three");
  EXPECT_EQ(failure({.columns = 4, .names = {"x", "y", "z"}}),
            where + "the cloud has 3 names for 4 columns; give each column one, or none at all");
  for (std::string const& name : {std::string("a b"), std::string(), std::string("a\n")})
    EXPECT_EQ(failure({.columns = 4, .names = {"x", "y", "z", name}}),
              where + "a column is called " + name_in_quotes(name) +
                  ", which cannot stand in the file; give it a name of letters and digits");
  EXPECT_EQ(failure({.columns = 5, .names = {"x", "y", "z", "i", "i"}}),
            where + "more than one column is called \"i\"; give each a name of its own");
  EXPECT_NE(failure({.columns = 3, .values = {1, 2}}).find("do not make rows of 3 columns"), std::string::npos);
  EXPECT_NE(message_of<Error>([] {
              return (write_ply("missing/scan.ply", PointCloud{}), 0);
            }).find("write_ply: cannot write missing/scan.ply: "),
            std::string::npos);
  EXPECT_EQ(text_of(file.path()), "before");
  EXPECT_EQ(test::count_files(file.folder()), 1);
}

TEST(WritePly, KeepsTheFileThatIsThereOnAFullDisk) {
  test::expect_file_kept_on_a_full_disk(
      "write_ply", [](std::filesystem::path const& path, PointCloud const& cloud) { write_ply(path, cloud); });
}

TEST(WritePly, RefusesANameWithAZero) {
  PointCloud const cloud{.columns = 3, .values = {1, 2, 3}};
  test::expect_writer_refuses_zero("write_ply", ".ply",
                                   [&](std::filesystem::path const& path) { write_ply(path, cloud); });
}

}  // namespace
}  // namespace sparseconv::write_ply_test

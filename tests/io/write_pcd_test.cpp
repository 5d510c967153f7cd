#include "sparseconv/io/write_pcd.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "sparseconv/io/pcd.hpp"
#include "support/byte_writer.hpp"
#include "support/error_message.hpp"
#include "support/folder_contents.hpp"
#include "support/full_disk.hpp"
#include "support/temporary_file.hpp"
#include "support/zero_in_name.hpp"

namespace sparseconv::write_pcd_test {
namespace {

using test::ByteWriter;
using test::message_of;
using test::text_of;

std::string written(PointCloud const& cloud) {
  const test::TemporaryFile file("scan.pcd", {});
  write_pcd(file.path(), cloud);
  PointCloud const back = read_pcd(file.path());
  EXPECT_EQ(back.values, cloud.values);
  EXPECT_EQ(back.names, cloud.names);
  return text_of(file.path());
}

std::string header(std::string const& fields, std::string const& sizes, std::string const& types,
                   std::string const& counts, std::string const& points) {
  return "# .PCD v0.7 - Point Cloud Data file format\nVERSION 0.7\nFIELDS " + fields + "\nSIZE " + sizes + "\nTYPE " +
         types + "\nCOUNT " + counts + "\nWIDTH " + points + "\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS " + points +
         "\nDATA binary\n";
}

TEST(WritePcd, WritesEachColumnUnderItsName) {
  ByteWriter expected(header("x y z intensity red", "4 4 4 4 1", "F F F F U", "1 1 1 1 1", "2"));
  expected.numbers<float>(1, 2, 3, 0.5).numbers<std::uint8_t>(9).numbers<float>(4, 5, 6, 1).numbers<std::uint8_t>(0);
  EXPECT_EQ(
      written({.columns = 5, .values = {1, 2, 3, 0.5, 9, 4, 5, 6, 1, 0}, .names = {"x", "y", "z", "intensity", "red"}}),
      text_of(expected.bytes()));
}

TEST(WritePcd, PacksColours) {
  ByteWriter opaque(header("x y z rgb i", "4 4 4 4 4", "F F F F F", "1 1 1 1 1", "1"));
  opaque.numbers<float>(1, 2, 3).numbers<std::uint32_t>(0x00010203u).numbers<float>(7);
  EXPECT_EQ(
      written({.columns = 7, .values = {1, 2, 3, 1, 2, 3, 7}, .names = {"x", "y", "z", "red", "green", "blue", "i"}}),
      text_of(opaque.bytes()));
  ByteWriter with_alpha(header("x y z rgba", "4 4 4 4", "F F F U", "1 1 1 1", "1"));
  with_alpha.numbers<float>(1, 2, 3).numbers<std::uint32_t>(0xff010203u);
  EXPECT_EQ(
      written(
          {.columns = 7, .values = {1, 2, 3, 1, 2, 3, 255}, .names = {"x", "y", "z", "red", "green", "blue", "alpha"}}),
      text_of(with_alpha.bytes()));
  // Parts that are no bytes stay numbers.
  ByteWriter real(header("x y z red green blue", "4 4 4 4 1 1", "F F F F U U", "1 1 1 1 1 1", "1"));
  real.numbers<float>(1, 2, 3, 0.5).numbers<std::uint8_t>(1, 0);
  EXPECT_EQ(written({.columns = 6, .values = {1, 2, 3, 0.5, 1, 0}, .names = {"x", "y", "z", "red", "green", "blue"}}),
            text_of(real.bytes()));
}

TEST(WritePcd, WritesPositionsFarFrom0AsDoubles) {
  const test::TemporaryFile file("scan.pcd", {});
  write_pcd(file.path(), {.columns = 3, .values = {0.25, 2, 3}, .offset = {500000, 0, 0}});
  ByteWriter expected(header("x y z", "8 8 8", "F F F", "1 1 1", "1"));
  expected.numbers<double>(500000.25, 2, 3);
  EXPECT_EQ(text_of(file.path()), text_of(expected.bytes()));
}

TEST(WritePcd, NamesWhatCannotBeWritten) {
  const test::TemporaryFile file("scan.pcd", ByteWriter("before").bytes());
  auto const failure = [&](PointCloud const& cloud) {
    return message_of<Error>([&] { return (write_pcd(file.path(), cloud), 0); });
  };
  EXPECT_EQ(
      failure({.columns = 4, .names = {"x", "y", "z", "_"}}),
      "write_pcd: " + file.path().string() + ": a column is called \"_\", which is padding in a PCD file; rename it");
  EXPECT_NE(failure({.columns = 4, .names = {"x", "y", "z", "a b"}}).find("which cannot stand in the file"),
            std::string::npos);
  EXPECT_EQ(text_of(file.path()), "before");
  EXPECT_EQ(test::count_files(file.folder()), 1);
}

TEST(WritePcd, KeepsTheFileThatIsThereOnAFullDisk) {
  test::expect_file_kept_on_a_full_disk(
      "write_pcd", [](std::filesystem::path const& path, PointCloud const& cloud) { write_pcd(path, cloud); });
}

TEST(WritePcd, RefusesANameWithAZero) {
  PointCloud const cloud{.columns = 3, .values = {1, 2, 3}};
  test::expect_writer_refuses_zero("write_pcd", ".pcd",
                                   [&](std::filesystem::path const& path) { write_pcd(path, cloud); });
}

}  // namespace
}  // namespace sparseconv::write_pcd_test

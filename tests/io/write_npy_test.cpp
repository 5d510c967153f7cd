#include "sparseconv/io/write_npy.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "sparseconv/io/npy.hpp"
#include "support/byte_writer.hpp"
#include "support/error_message.hpp"
#include "support/folder_contents.hpp"
#include "support/full_disk.hpp"
#include "support/temporary_file.hpp"
#include "support/zero_in_name.hpp"

namespace sparseconv::write_npy_test {
namespace {

using test::ByteWriter;
using test::message_of;
using test::text_of;

std::string written(PointCloud const& cloud) {
  const test::TemporaryFile file("scan.npy", {});
  write_npy(file.path(), cloud);
  PointCloud const back = read_npy(file.path());
  EXPECT_EQ(back.values, cloud.values);
  EXPECT_EQ(back.names, cloud.names);
  EXPECT_EQ(back.columns, cloud.columns);
  return text_of(file.path());
}

/// A header of version 1.0 of 128 bytes, and what np.save of NumPy 2 writes before its blanks.
ByteWriter header(std::string const& dictionary) {
  ByteWriter writer("\x93NUMPY");
  writer.numbers<std::uint8_t>(1, 0, 118, 0).text(dictionary);
  return writer.text(std::string(127 - 10 - dictionary.size(), ' ') + "\n");
}

TEST(WriteNpy, WritesNumbersWhereThereAreNoNames) {
  ByteWriter expected = header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 4), }");
  expected.numbers<float>(1, 2, 3, 0.5, 4, 5, 6, 1);
  EXPECT_EQ(written({.columns = 4, .values = {1, 2, 3, 0.5, 4, 5, 6, 1}}), text_of(expected.bytes()));
}

TEST(WriteNpy, WritesAStructuredArrayWhereThereAreNames) {
  // The dictionary and its room do not fit into 128 bytes.
  ByteWriter longer("\x93NUMPY");
  const std::string dictionary =
      "{'descr': [('x', '<f4'), ('y', '<f4'), ('z', '<f4'), ('red', '|u1')], 'fortran_order': False, 'shape': (2,), }";
  longer.numbers<std::uint8_t>(1, 0, 182, 0).text(dictionary + std::string(191 - 10 - dictionary.size(), ' ') + "\n");
  longer.numbers<float>(1, 2, 3).numbers<std::uint8_t>(255).numbers<float>(4, 5, 6).numbers<std::uint8_t>(0);
  EXPECT_EQ(written({.columns = 4, .values = {1, 2, 3, 255, 4, 5, 6, 0}, .names = {"x", "y", "z", "red"}}),
            text_of(longer.bytes()));
}

TEST(WriteNpy, WritesPositionsFarFrom0AsDoubles) {
  const test::TemporaryFile file("scan.npy", {});
  write_npy(file.path(), {.columns = 4, .values = {0.25, 2, 3, 0.5}, .offset = {500000, 0, 0}});
  ByteWriter expected = header("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 4), }");
  expected.numbers<double>(500000.25, 2, 3, 0.5);
  EXPECT_EQ(text_of(file.path()), text_of(expected.bytes()));
}

TEST(WriteNpy, TakesManyColumns) {
  PointCloud cloud{.columns = 4000, .values = std::vector<float>(4000, 0.5F), .names = {"x", "y", "z"}};
  for (int i = 3; i < 4000; ++i) cloud.names.push_back("feature_" + std::to_string(i));
  // More than version 1.0 has room for, and than the reader takes.
  const test::TemporaryFile file("scan.npy", {});
  write_npy(file.path(), cloud);
  EXPECT_EQ(text_of(file.path()).substr(0, 8), std::string("\x93NUMPY\x02\x00", 8));
}

TEST(WriteNpy, NamesWhatCannotBeWritten) {
  const test::TemporaryFile file("scan.npy", ByteWriter("before").bytes());
  auto const failure = [&](PointCloud const& cloud) {
    return message_of<Error>([&] { return (write_npy(file.path(), cloud), 0); });
  };
  EXPECT_NE(failure({.columns = 4, .names = {"x", "y", "z", "a'b"}}).find("which cannot stand in the file"),
            std::string::npos);
  EXPECT_EQ(text_of(file.path()), "before");
  EXPECT_EQ(test::count_files(file.folder()), 1);
}

TEST(WriteNpy, KeepsTheFileThatIsThereOnAFullDisk) {
  test::expect_file_kept_on_a_full_disk(
      "write_npy", [](std::filesystem::path const& path, PointCloud const& cloud) { write_npy(path, cloud); });
}

TEST(WriteNpy, RefusesANameWithAZero) {
  PointCloud const cloud{.columns = 3, .values = {1, 2, 3}};
  test::expect_writer_refuses_zero("write_npy", ".npy",
                                   [&](std::filesystem::path const& path) { write_npy(path, cloud); });
}

}  // namespace
}  // namespace sparseconv::write_npy_test

#include "sparseconv/io/bytes.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "byte_writer.hpp"
#include "support/error_message.hpp"
#include "temporary_file.hpp"

namespace sparseconv {
namespace {

using test::ByteWriter;
using test::message_of;
using test::TemporaryFile;

TEST(Bytes, ReadsAFileWhole) {
  ByteWriter writer("a\r\nb");
  writer.numbers<std::uint8_t>(0, 255, 26);
  EXPECT_EQ(read_bytes(TemporaryFile("some.bin", writer.bytes()).path(), "read"), writer.bytes());
}

TEST(Bytes, ReadsAnEmptyFile) {
  EXPECT_TRUE(read_bytes(TemporaryFile("empty.bin", {}).path(), "read").empty());
}

TEST(Bytes, ReadsSizesAroundItsChunk) {
  for (const std::size_t size : {65535u, 65536u, 65537u, 200001u}) {
    std::vector<std::byte> bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 31 % 251);
    EXPECT_EQ(read_bytes(TemporaryFile("some.bin", bytes).path(), "read"), bytes);
  }
}

TEST(Bytes, ReadsWhatHasNoSize) {
  if (!std::filesystem::exists("/dev/null")) GTEST_SKIP() << "no /dev/null on this system";
  EXPECT_TRUE(read_bytes("/dev/null", "read").empty());
}

TEST(Bytes, NamesAMissingFile) {
  const std::string message = message_of<FormatError>([] { return read_bytes("no/such.bin", "read_records"); });
  EXPECT_EQ(message.find("read_records: no/such.bin: no such file; check the path, which is relative to "), 0u);
  EXPECT_NE(message.find(std::filesystem::current_path().string()), std::string::npos);
}

TEST(Bytes, NamesADirectory) {
  const TemporaryFile file("some.bin", {});
  EXPECT_EQ(message_of<FormatError>([&] { return read_bytes(file.folder(), "read_ply"); }),
            "read_ply: " + file.folder().string() + ": this is a directory; name one file in it");
}

TEST(Bytes, NamesAFileThatCannotBeOpened) {
  const TemporaryFile file("some.bin", {});
  std::filesystem::permissions(file.path(), std::filesystem::perms::none);
  if (std::ifstream(file.path())) GTEST_SKIP() << "this user may open every file";
  EXPECT_EQ(message_of<FormatError>([&] { return read_bytes(file.path(), "read_ply"); }),
            "read_ply: " + file.path().string() + ": the file cannot be opened; check its permissions");
}

TEST(Bytes, NamesAFileThatCannotBeRead) {
  // The first page of a process's memory cannot be read, though the file can be opened.
  if (!std::ifstream("/proc/self/mem")) GTEST_SKIP() << "no /proc/self/mem on this system";
  EXPECT_EQ(message_of<FormatError>([] { return read_bytes("/proc/self/mem", "read_ply"); }),
            "read_ply: /proc/self/mem: reading failed after 0 bytes; check the disk");
}

}  // namespace
}  // namespace sparseconv

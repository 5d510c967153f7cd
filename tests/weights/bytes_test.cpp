#include "sparseconv/weights/bytes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "support/byte_writer.hpp"
#include "support/bytes_read.hpp"
#include "support/error_message.hpp"
#include "support/temporary_file.hpp"

namespace sparseconv::bytes_test {
namespace {

using test::ByteWriter;
using test::message_of;
using test::TemporaryFile;

std::vector<std::byte> read_bytes(std::filesystem::path const& path, std::string_view call) {
  FileBytes file(path, call);
  const std::span<const std::byte> bytes = file.read_all();
  return {bytes.begin(), bytes.end()};
}

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

TEST(Bytes, ReadsNoFurtherThanItIsAsked) {
  std::vector<std::byte> bytes(3'000'000);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 31 % 251);
  const TemporaryFile some("some.bin", bytes);
  FileBytes file(some.path(), "read");
  EXPECT_EQ(file.where(), "read: " + some.path().string());
  EXPECT_EQ(file.size(), 3'000'000u);
  for (const std::size_t count : {0u, 10u, 70'000u, 70'000u, 100u, 1'000'000u}) {
    const std::span<const std::byte> read = file.read_up_to(count);
    EXPECT_GE(read.size(), count);
    EXPECT_LE(read.size(), std::max<std::size_t>(count, 70'000));
    EXPECT_TRUE(std::ranges::equal(read, std::span(bytes).first(read.size())));
  }
  EXPECT_TRUE(std::ranges::equal(file.read_all(), bytes));
  EXPECT_TRUE(std::ranges::equal(file.read_up_to(5'000'000), bytes));
}

TEST(Bytes, GivesAwayWhatItRead) {
  const ByteWriter writer("some bytes");
  const TemporaryFile some("some.bin", writer.bytes());
  FileBytes file(some.path(), "read");
  static_cast<void>(file.read_all());
  EXPECT_EQ(file.take(), writer.bytes());
}

TEST(Bytes, ReadsATextUpToAZero) {
  std::string text(2'500'000, 'a');
  text[3] = '\0';
  text[2'300'000] = '\0';
  text[2'400'000] = '\0';
  const TemporaryFile some("some.txt", ByteWriter(text).bytes());
  auto const failure = [&](std::size_t beginning, std::size_t begin) {
    FileBytes file(some.path(), "read");
    file.read_up_to(beginning);
    return message_of<FormatError>([&] { return file.read_text(begin).size(); });
  };
  auto const reason = [&](std::string const& at) {
    return "read: " + some.path().string() + ": byte " + at +
           " is zero, and the header says that a text stands there; the file is damaged, or was not written to its end";
  };
  EXPECT_EQ(failure(10, 4), reason("2300000"));
  EXPECT_EQ(failure(2'350'000, 2'300'001), reason("2400000"));
  EXPECT_EQ(failure(10, 3), reason("3"));
  EXPECT_EQ(failure(0, 0), reason("3"));
  FileBytes file(some.path(), "read");
  file.read_up_to(2'450'000);
  EXPECT_EQ(file.read_text(2'400'001).size(), text.size());
}

TEST(Bytes, ReadsNoFurtherThanAHole) {
  const TemporaryFile some("some.txt", ByteWriter("1 2 3\n").bytes());
  if (!test::grow_with_zeros(some.path())) GTEST_SKIP() << "this disk takes no file of 3 GB";
  EXPECT_LT(test::bytes_read_by([&] {
              FileBytes file(some.path(), "read");
              EXPECT_NE(message_of<FormatError>([&] { return file.read_text(0).size(); }).find("byte 6 is zero"),
                        std::string::npos);
            }),
            std::uint64_t{4} << 20);
}

TEST(Bytes, ReadsWhatHasNoSize) {
  if (!std::filesystem::exists("/dev/null")) GTEST_SKIP() << "no /dev/null on this system";
  EXPECT_TRUE(read_bytes("/dev/null", "read").empty());
  EXPECT_FALSE(FileBytes("/dev/null", "read").size());
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

// Its size is what it was when it was opened.
TEST(Bytes, ReadsWhatIsThereOfAFileThatShrinksOrGrows) {
  std::vector<std::byte> bytes(300'000);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 31 % 251);
  for (std::size_t const size : {0u, 10u, 200'000u, 1'000'000u}) {
    const TemporaryFile some("some.bin", bytes);
    FileBytes file(some.path(), "read");
    std::size_t const read = file.read_up_to(100).size();
    std::filesystem::resize_file(some.path(), size);
    std::size_t const there = std::max<std::size_t>(size, read);
    EXPECT_EQ(file.read_all().size(), there);
    EXPECT_EQ(file.read_all().size(), there);
    EXPECT_EQ(file.size(), there);
    EXPECT_TRUE(std::ranges::equal(file.read_all().first(std::min(size, bytes.size())),
                                   std::span(bytes).first(std::min(size, bytes.size()))));
  }
}

}  // namespace
}  // namespace sparseconv::bytes_test

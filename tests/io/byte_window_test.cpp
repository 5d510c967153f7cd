#include "sparseconv/io/byte_window.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "support/byte_writer.hpp"
#include "support/error_message.hpp"
#include "support/temporary_file.hpp"

namespace sparseconv::byte_window_test {
namespace {

using test::ByteWriter;

/// Bytes whose place tells what they are.
std::byte byte_at(std::uint64_t place) {
  return static_cast<std::byte>((place * 37 + place / 256) & 0xff);
}

void expect_all(ByteWindow& window, std::uint64_t size) {
  EXPECT_EQ(window.left(), size);
  std::size_t step = 1;
  while (window.position() < size) {
    auto const seen = window.ahead(step);
    ASSERT_GE(seen.size(), std::min<std::uint64_t>(step, size - window.position()));
    std::size_t const count = std::min(step, seen.size());
    for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(seen[i], byte_at(window.position() + i));
    window.drop(count);
    ASSERT_EQ(window.left(), size - window.position());
    step = step * 2 % 300007;
    if (step % 3 == 0) window.skip(step);
  }
  EXPECT_TRUE(window.ahead(1).empty());
  EXPECT_EQ(window.skip(5), 0u);
}

TEST(ByteWindow, MovesOverBytesAndFiles) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < 1000003; ++i) bytes.push_back(byte_at(i));
  ByteWindow memory(bytes, "read");
  expect_all(memory, bytes.size());
  ByteWindow kept = ByteWindow::keeping(SharedBytes(bytes), "read");
  expect_all(kept, bytes.size());
  const test::TemporaryFile file("bytes", bytes);
  ByteWindow opened(file.path(), "read");
  ByteWindow moved = std::move(opened);
  expect_all(moved, bytes.size());
  EXPECT_EQ(moved.where(), "read: " + file.path().string());
}

TEST(ByteWindow, ShowsNoMoreThanThereIs) {
  const test::TemporaryFile file("bytes", ByteWriter("abc").bytes());
  ByteWindow window(file.path(), "read");
  EXPECT_EQ(window.ahead(std::size_t{1} << 60).size(), 3u);
  EXPECT_EQ(window.skip(2), 2u);
  EXPECT_EQ(window.skip(2), 1u);
  EXPECT_EQ(window.left(), 0u);
}

TEST(ByteWindow, DropsAByteOrderMark) {
  for (std::string const text : {"", "\xEF", "\xEF\xBB", "\xEF\xBB\xBF", "\xEF\xBB\xBFx", "x\xEF\xBB\xBF"}) {
    const test::TemporaryFile file("text", ByteWriter(text).bytes());
    ByteWindow window(file.path(), "read");
    drop_byte_order_mark(window);
    EXPECT_EQ(window.position(), text.starts_with("\xEF\xBB\xBF") ? 3u : 0u);
    EXPECT_EQ(window.ahead(9).size(), text.size() - window.position());
  }
}

TEST(ByteWindow, NamesAFileThatIsNotThere) {
  EXPECT_EQ(test::message_of<FormatError>([] {
              return ByteWindow("missing", "read").position();
            }).find("read: missing: no such file"),
            0u);
}

TEST(ByteWindow, NamesAFileThatCannotBeRead) {
  // The first page of a process's memory cannot be read, though the file can be opened.
  if (!std::ifstream("/proc/self/mem")) GTEST_SKIP() << "no /proc/self/mem on this system";
  ByteWindow window("/proc/self/mem", "read_ply");
  EXPECT_EQ(test::message_of<FormatError>([&] { static_cast<void>(window.ahead(5)); }),
            "read_ply: /proc/self/mem: reading failed after 0 bytes; check the disk");
}

/// Reads to the end by pieces, while left() says what it may; returns how many bytes there were.
std::uint64_t read_to_end(ByteWindow& window) {
  std::uint64_t const begin = window.position();
  for (std::uint64_t pieces = 0;; ++pieces) {
    std::size_t const seen = window.ahead(5000).size();
    EXPECT_GE(window.left().value_or(seen), seen);
    if (seen == 0) break;
    window.drop(std::min<std::size_t>(seen, 7000));
    if (pieces > 10'000) {
      ADD_FAILURE() << "it has no end";
      break;
    }
  }
  EXPECT_EQ(window.left(), 0u);
  return window.position() - begin;
}

// left() is asked by all readers that judge a size, and by whoever shows how far a file was read.
TEST(ByteWindow, KnowsWhatIsLeftOfAFileThatShrinksOrGrows) {
  std::vector<std::byte> const bytes(300'000, std::byte{1});
  for (std::size_t const size : {0u, 10u, 200'000u, 300'001u, 1'000'000u}) {
    const test::TemporaryFile file("bytes", bytes);
    ByteWindow window(file.path(), "read");
    EXPECT_EQ(window.left(), bytes.size());
    std::size_t const seen = window.ahead(100).size();
    std::filesystem::resize_file(file.path(), size);
    EXPECT_EQ(window.left(), bytes.size()) << "nobody knows yet";
    EXPECT_EQ(read_to_end(window), std::max(size, seen));
    std::filesystem::resize_file(file.path(), 2'000'000);
    EXPECT_EQ(window.left(), 0u);
    EXPECT_TRUE(window.ahead(1).empty());
    EXPECT_EQ(window.skip(1), 0u);
  }
}

TEST(ByteWindow, KnowsNothingOnceMoreIsSeenThanTheFileHad) {
  const test::TemporaryFile file("bytes", std::vector<std::byte>(100'000));
  ByteWindow window(file.path(), "read");
  std::filesystem::resize_file(file.path(), 1'000'000);
  EXPECT_GT(window.ahead(200'000).size(), 199'999u);
  EXPECT_EQ(window.left(), std::nullopt);
  window.drop(window.ahead(200'000).size());
  EXPECT_EQ(window.left(), std::nullopt);
  window.ahead(2'000'000);
  EXPECT_EQ(window.left(), 1'000'000u - window.position());
}

TEST(ByteWindow, KnowsWhatIsLeftOfMemory) {
  std::vector<std::byte> const bytes(10);
  ByteWindow window(bytes, "read");
  EXPECT_EQ(window.left(), 10u);
  window.drop(3);
  EXPECT_EQ(window.left(), 7u);
  EXPECT_EQ(window.skip(100), 7u);
  EXPECT_EQ(window.left(), 0u);
}

}  // namespace
}  // namespace sparseconv::byte_window_test

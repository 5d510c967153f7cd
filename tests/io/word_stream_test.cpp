#include "sparseconv/io/word_stream.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/byte_writer.hpp"
#include "support/error_message.hpp"
#include "support/temporary_file.hpp"

namespace sparseconv::word_stream_test {
namespace {

using test::ByteWriter;
using test::message_of;

TEST(WordStream, KnowsTheLinesOfWords) {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    const ByteWriter writer(end + " one\ttwo" + end + end + "  three " + end);
    ByteWindow window(writer.bytes(), "read");
    WordStream words(window, 5);
    std::string_view word;
    EXPECT_TRUE(words.next(word));
    EXPECT_EQ(word, "one");
    EXPECT_EQ(words.line(), 6u);
    EXPECT_TRUE(words.begins_line());
    EXPECT_TRUE(words.line_goes_on());
    EXPECT_TRUE(words.next(word));
    EXPECT_EQ(word, "two");
    EXPECT_FALSE(words.begins_line());
    EXPECT_FALSE(words.line_goes_on());
    EXPECT_TRUE(words.next(word));
    EXPECT_EQ(word, "three");
    EXPECT_EQ(words.line(), 8u);
    EXPECT_TRUE(words.begins_line());
    EXPECT_FALSE(words.next(word));
    EXPECT_EQ(word, "three");
    EXPECT_EQ(words.line(), 8u);
  }
}

TEST(WordStream, ReadsAFileInPieces) {
  std::string text;
  for (int i = 0; i < 100000; ++i) text += std::to_string(i) + (i % 7 == 0 ? "\r\n" : " ");
  const test::TemporaryFile file("words.txt", ByteWriter(text).bytes());
  ByteWindow window(file.path(), "read");
  WordStream words(window, 1);
  std::string_view word;
  for (int i = 0; i < 100000; ++i) {
    ASSERT_TRUE(words.next(word));
    ASSERT_EQ(word, std::to_string(i));
    ASSERT_EQ(words.begins_line(), i == 0 || i % 7 == 1);
    ASSERT_EQ(words.line(), i == 0 ? 1U : 2U + static_cast<unsigned>(i - 1) / 7);
  }
  EXPECT_FALSE(words.next(word));
  EXPECT_EQ(window.position(), text.size());
}

TEST(WordStream, NamesZerosAndLongWords) {
  auto const failure = [](std::string const& text) {
    const ByteWriter writer(text);
    return message_of<FormatError>([&] {
      ByteWindow window(writer.bytes(), "read");
      WordStream words(window, 1);
      std::string_view word;
      while (words.next(word)) {
      }
      return 0;
    });
  };
  EXPECT_EQ(failure(std::string("one two\n0\0 ", 11)),
            "read: byte 9 is zero, and the header says that a text stands there; the file is damaged, or was not "
            "written to its end");
  EXPECT_EQ(failure("1\n" + std::string(65537, '7')),
            "read: line 2 has a word of more than 65536 bytes, where a number stands; the file is damaged, or no text");
}

}  // namespace
}  // namespace sparseconv::word_stream_test

#include "sparseconv/weights/text_lines.hpp"

#include <gtest/gtest.h>

#include <string>

#include "support/byte_writer.hpp"

namespace sparseconv::text_lines_test {
namespace {

using test::ByteWriter;

TEST(TextLines, EndsLinesAtLfAndCrLf) {
  const ByteWriter writer("a\r\n\nb\rc\nd");
  TextLines lines(writer.bytes());
  std::string_view line;
  EXPECT_TRUE(lines.next(line));
  EXPECT_EQ(line, "a");
  EXPECT_EQ(lines.position(), 3u);
  EXPECT_TRUE(lines.next(line));
  EXPECT_EQ(line, "");
  EXPECT_TRUE(lines.next(line));
  EXPECT_EQ(line, "b\rc");
  EXPECT_TRUE(lines.next(line));
  EXPECT_EQ(line, "d");
  EXPECT_EQ(lines.number(), 4u);
  EXPECT_EQ(lines.position(), writer.size());
  EXPECT_FALSE(lines.next(line));
  EXPECT_EQ(line, "d");
}

TEST(TextLines, EndsLinesAtCrWhereTheFirstDoes) {
  const ByteWriter writer("a\rb\r\rc\nd\r");
  TextLines lines(writer.bytes());
  std::string_view line;
  for (char const* expected : {"a", "b", "", "c\nd"}) {
    EXPECT_TRUE(lines.next(line));
    EXPECT_EQ(line, expected);
  }
  EXPECT_FALSE(lines.next(line));
}

TEST(TextLines, HasNoLineInNoBytes) {
  TextLines lines({});
  std::string_view line;
  EXPECT_FALSE(lines.next(line));
  EXPECT_FALSE(lines.next_filled(line));
}

TEST(TextLines, SkipsBlankLines) {
  const ByteWriter writer("\n \t\r\n b \n  ");
  TextLines lines(writer.bytes());
  std::string_view line;
  EXPECT_TRUE(lines.next_filled(line));
  EXPECT_EQ(line, " b ");
  EXPECT_FALSE(lines.next_filled(line));
}

TEST(Words, AreSeparatedByBlanks) {
  Words words("  one\ttwo  three ");
  EXPECT_EQ(words.next(), "one");
  EXPECT_EQ(words.next(), "two");
  EXPECT_EQ(words.next(), "three");
  std::string_view word = "untouched";
  EXPECT_FALSE(words.next(word));
  EXPECT_EQ(word, "untouched");
  EXPECT_EQ(words.next(), "");
}

}  // namespace
}  // namespace sparseconv::text_lines_test

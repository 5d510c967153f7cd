#include "sparseconv/io/ascii_rows.hpp"

#include <gtest/gtest.h>

#include "byte_writer.hpp"
#include "support/error_message.hpp"

namespace sparseconv {
namespace {

using test::ByteWriter;
using test::message_of;

TEST(AsciiRows, ReadsRowsOfNumbers) {
  const ByteWriter writer("1 2\n\n3\n");
  TextLines lines(writer.bytes());
  Words words = next_row(lines, 0, 2, "point", "read");
  EXPECT_EQ(next_number(words, lines, "read"), 1.0f);
  EXPECT_EQ(message_of<FormatError>([&] { return (expect_end_of_row(words, lines, "read"), 0); }),
            "read: line 1 goes on with \"2\" after the last value that the header asks for");
  EXPECT_EQ(next_number(words, lines, "read"), 2.0f);
  EXPECT_NO_THROW(expect_end_of_row(words, lines, "read"));
  words = next_row(lines, 1, 2, "point", "read");
  EXPECT_EQ(next_number(words, lines, "read"), 3.0f);
  EXPECT_EQ(message_of<FormatError>([&] { return next_number(words, lines, "read"); }),
            "read: line 3 ends before the last value that the header asks for");
  EXPECT_NO_THROW(expect_end_of_lines(lines, "read"));
  EXPECT_EQ(message_of<FormatError>([&] { return next_row(lines, 2, 5, "point", "read").next().size(); }),
            "read: the header asks for 5 point lines, the file ends after 2; it is truncated");
}

TEST(AsciiRows, NamesWhatIsNoNumberAndWhatIsLeft) {
  const ByteWriter writer("1,5\nmore\n");
  TextLines lines(writer.bytes());
  Words words = next_row(lines, 0, 1, "point", "read");
  EXPECT_EQ(message_of<FormatError>([&] { return next_number(words, lines, "read"); }),
            "read: line 1 has \"1,5\", where a number stands");
  EXPECT_EQ(message_of<FormatError>([&] { return (expect_end_of_lines(lines, "read"), 0); }),
            "read: line 2, \"more\", comes after all that the header asks for");
}

}  // namespace
}  // namespace sparseconv

#include "sparseconv/io/ascii_rows.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "support/byte_writer.hpp"
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

TEST(AsciiRows, ReadsFieldsIntoTheirColumns) {
  const ByteWriter writer("7 4286611681 0.5\n66051\n66051.5 x\n");
  TextLines lines(writer.bytes());
  std::vector<float> row(5, -1.0f);
  Words words = next_row(lines, 0, 3, "point", "read");
  read_field(words, lines, ScalarType::uint8, {.first = 4}, row.data(), "read");
  read_field(words, lines, ScalarType::uint32, {.first = 1, .colour_parts = 3}, row.data(), "read");
  read_field(words, lines, ScalarType::float32, {}, row.data(), "read");
  EXPECT_EQ(row, (std::vector<float>{-1, 0x80, 0x80, 0xe1, 7}));
  auto const failure = [&](ScalarType type) {
    return message_of<FormatError>([&] {
      read_field(words, lines, type, {.first = 0, .colour_parts = 4}, row.data(), "read");
      return 0;
    });
  };
  EXPECT_EQ(failure(ScalarType::uint32), "read: line 1 ends before the last value that the header asks for");
  words = next_row(lines, 1, 3, "point", "read");
  words = next_row(lines, 2, 3, "point", "read");
  EXPECT_EQ(failure(ScalarType::uint32),
            "read: line 3 has \"66051.5\", where a packed colour stands, a whole number of 32 bits, 0xAARRGGBB");
  EXPECT_EQ(failure(ScalarType::float32),
            "read: line 3 has \"x\", where a packed colour stands, a float whose bits are 0xAARRGGBB");
}

}  // namespace
}  // namespace sparseconv

#include "sparseconv/io/ascii_rows.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "support/byte_writer.hpp"
#include "support/error_message.hpp"

namespace sparseconv::ascii_rows_test {
namespace {

using test::ByteWriter;
using test::message_of;

/// Calls `body` with the rows of a text.
template <class Body>
auto with_rows(std::string const& text, bool may_span_lines, Body&& body) {
  const ByteWriter writer(text);
  ByteWindow window(writer.bytes(), "read");
  AsciiRows rows(window, 1, may_span_lines);
  return body(rows);
}

/// The sentence of taking `values` values of one row of 5, and its end.
std::string failure(std::string const& text, int values, bool may_span_lines = false) {
  return with_rows(text, may_span_lines, [&](AsciiRows& rows) {
    return message_of<FormatError>([&] {
      rows.begin_row(0, 5, "point");
      for (int i = 0; i < values; ++i) static_cast<void>(rows.next_value());
      rows.end_row();
      rows.end_text();
      return 0;
    });
  });
}

TEST(AsciiRows, TellsWhereARowEnds) {
  EXPECT_EQ(failure("1 2\n", 1), "read: line 1 goes on with \"2\" after the last value that the header asks for");
  EXPECT_EQ(failure("\n\n1 2\n3\n", 3), "read: line 3 ends before the last value that the header asks for");
  EXPECT_EQ(failure("1 2", 3), "read: line 1 ends before the last value that the header asks for");
  EXPECT_EQ(failure(" \n", 1), "read: the header asks for 5 point lines, the file ends after 0; it is truncated");
  EXPECT_EQ(failure("1 2\n\n3 4\n", 2),
            "read: line 3, which begins with \"3\", comes after all that the header asks for; correct the count in the "
            "header, or cut it off");
  EXPECT_EQ(failure("1 2\r\n \n", 2), "nothing was thrown");
}

TEST(AsciiRows, SpansLinesWhereAFormatDoes) {
  EXPECT_EQ(failure("1\n\n2 3\n", 3, true), "nothing was thrown");
  EXPECT_EQ(failure("1\n2 3 4\n", 3, true),
            "read: line 2 goes on with \"4\" after the last value that the header asks for");
  EXPECT_EQ(failure("1\n2", 3, true), "read: line 2 ends before the last value that the header asks for");
}

TEST(AsciiRows, ReadsFieldsIntoTheirColumns) {
  const RecordLayout layout = lay_out_text({}, 7);
  std::vector<std::byte> record(layout.record_bytes);
  auto const values = [&] {
    std::vector<float> row(7);
    copy_records(layout, record.data(), 1, {}, row.data());
    return row;
  };
  with_rows("0.1 7 4286611681 0.5\n66051\n66051.5 x 1,5\n", true, [&](AsciiRows& rows) {
    rows.begin_row(0, 3, "point");
    rows.read_field(ScalarType::float32, {.first = 0}, layout, record.data());
    rows.read_field(ScalarType::uint8, {.first = 6}, layout, record.data());
    rows.read_field(ScalarType::uint32, {.first = 3, .colour_parts = 3}, layout, record.data());
    rows.read_field(ScalarType::float32, {}, layout, record.data());
    EXPECT_EQ(values(), (std::vector<float>{0.1F, 0, 0, 0x80, 0x80, 0xe1, 7}));
    auto const sentence = [&](ScalarType type, FieldColumns const& columns) {
      return message_of<FormatError>([&] { return (rows.read_field(type, columns, layout, record.data()), 0); });
    };
    rows.read_field(ScalarType::uint32, {.first = 3, .colour_parts = 3}, layout, record.data());
    EXPECT_EQ(sentence(ScalarType::uint32, {.first = 3, .colour_parts = 4}),
              "read: line 3 has \"66051.5\", where a packed colour stands, a whole number of 32 bits, 0xAARRGGBB");
    EXPECT_EQ(sentence(ScalarType::float32, {.first = 3, .colour_parts = 4}),
              "read: line 3 has \"x\", where a packed colour stands, a float whose bits are 0xAARRGGBB");
    EXPECT_EQ(sentence(ScalarType::float32, {.first = 1}), "read: line 3 has \"1,5\", where a number stands");
    return 0;
  });
}

TEST(AsciiRows, PassesOverLists) {
  with_rows("3 1 2 3 9\n-1", false, [&](AsciiRows& rows) {
    rows.begin_row(0, 2, "face");
    rows.skip_list("i");
    EXPECT_EQ(rows.next_value(), "9");
    rows.begin_row(1, 2, "face");
    EXPECT_EQ(message_of<FormatError>([&] { return (rows.skip_list("i"), 0); }),
              "read: line 2 has \"-1\", where the length of the list \"i\" stands");
    return 0;
  });
}

TEST(AsciiRows, RoundsAPositionOnce) {
  // Halfway between the floats 1 and 1 + 2^-23, and a little beyond that, less than a double shows.
  EXPECT_EQ(static_cast<float>(*parse_position("1.000000059604644775390625")), 1.0F);
  EXPECT_EQ(static_cast<float>(*parse_position("1.000000059604644775390625000001")), 1.00000012F);
  EXPECT_EQ(static_cast<float>(*parse_position("-1.000000059604644775390625000001")), -1.00000012F);
  EXPECT_EQ(*parse_position("+500000.05"), 500000.05);
  EXPECT_TRUE(std::isnan(*parse_position("-1.#IND")));
  EXPECT_FALSE(parse_position("1e999"));
  EXPECT_FALSE(parse_position("x"));
}

}  // namespace
}  // namespace sparseconv::ascii_rows_test

#include "sparseconv/io/column_order.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/error_message.hpp"

namespace sparseconv::column_order_test {
namespace {

using test::message_of;
using Names = std::vector<std::string>;

ColumnOrder ordered(Names const& names) {
  std::vector<RowField> fields;
  for (std::string const& name : names) fields.push_back({name});
  return order_columns(fields, "read");
}

TEST(ColumnOrder, PutsXYZFirst) {
  const ColumnOrder order = ordered({"t", "z", "", "x", "i", "y"});
  EXPECT_EQ(order.names, (Names{"x", "y", "z", "t", "i"}));
  const std::vector<std::int64_t> expected = {3, 2, no_column, 0, 4, 1};
  ASSERT_EQ(order.of_field.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(order.of_field[i].first, expected[i]);
    EXPECT_EQ(order.of_field[i].colour_parts, 0u);
  }
}

TEST(ColumnOrder, TakesPackedColoursApart) {
  const std::vector<RowField> fields = {
      {"rgba", ScalarType::uint32}, {"z"}, {"y"}, {"x"}, {"rgb", ScalarType::float32}, {"i"},
      {"rgb", ScalarType::uint8}};
  const ColumnOrder order = order_columns(fields, "read");
  EXPECT_EQ(order.names, (Names{"x", "y", "z", "red", "green", "blue", "alpha", "red", "green", "blue", "i", "rgb"}));
  EXPECT_EQ(order.of_field[0].first, 3);
  EXPECT_EQ(order.of_field[0].colour_parts, 4u);
  EXPECT_EQ(order.of_field[4].first, 7);
  EXPECT_EQ(order.of_field[4].colour_parts, 3u);
  EXPECT_EQ(order.of_field[6].first, 11);
  EXPECT_EQ(order.of_field[6].colour_parts, 0u);
}

TEST(ColumnOrder, TakesOtherWaysToWriteTheAxes) {
  EXPECT_EQ(ordered({"Intensity", "Z", "Y", "X"}).names, (Names{"x", "y", "z", "Intensity"}));
  // Small letters come first; a capital beside them is another column.
  EXPECT_EQ(ordered({"X", "x", "y", "Z", "z"}).names, (Names{"x", "y", "z", "X", "Z"}));
  EXPECT_EQ(ordered({"pose.x", "pose.y", "pose.z", "normal"}).names, (Names{"x", "y", "z", "normal"}));
}

TEST(ColumnOrder, LaysOutRecords) {
  for (bool const is_big_endian : {false, true}) {
    const std::vector<RowField> fields = {{"y", ScalarType::float64, 2, is_big_endian},
                                          {"rgb", ScalarType::uint32, 10, is_big_endian},
                                          {"x", ScalarType::int16, 0, is_big_endian},
                                          {"", ScalarType::int16, 14},
                                          {"z", ScalarType::float32, 16, is_big_endian}};
    const RecordLayout layout = lay_out_records(fields, order_columns(fields, "read"), 20);
    EXPECT_EQ(layout.names, (Names{"x", "y", "z", "red", "green", "blue"}));
    EXPECT_EQ(layout.record_bytes, 20u);
    const std::vector<ScalarType> types = {ScalarType::int16, ScalarType::float64, ScalarType::float32,
                                           ScalarType::uint8, ScalarType::uint8,   ScalarType::uint8};
    // Of 0xAARRGGBB the lowest byte is blue, and comes first or last.
    const std::vector<std::size_t> little = {0, 2, 16, 12, 11, 10};
    const std::vector<std::size_t> big = {0, 2, 16, 11, 12, 13};
    ASSERT_EQ(layout.numbers.size(), types.size());
    for (std::size_t i = 0; i < types.size(); ++i) {
      EXPECT_EQ(layout.numbers[i].type, types[i]) << i;
      EXPECT_EQ(layout.numbers[i].begin, is_big_endian ? big[i] : little[i]) << i;
      EXPECT_EQ(layout.numbers[i].is_big_endian, is_big_endian && i < 3) << i;
    }
  }
}

TEST(ColumnOrder, LaysOutTexts) {
  const RecordLayout layout = lay_out_text({"x", "y", "z", "i"}, 4);
  EXPECT_EQ(layout.record_bytes, 28u);
  EXPECT_EQ(layout.numbers[2].type, ScalarType::float64);
  EXPECT_EQ(layout.numbers[3].type, ScalarType::float32);
  EXPECT_EQ(layout.numbers[3].begin, 24u);
}

TEST(ColumnOrder, NamesAMissingOrRepeatedAxis) {
  EXPECT_EQ(
      message_of<FormatError>([] {
        return ordered({"x", "", "y", "i"});
      }),
      "read: points need one z each, the file has 0; its fields are \"x\", \"y\", \"i\"; rename the one that it is");
  EXPECT_EQ(message_of<FormatError>([] {
              return ordered({"x", "y", "z", "y"});
            }),
            "read: points need one y each, the file has 2; its fields are \"x\", \"y\", \"z\", \"y\"; rename those "
            "that it is not");
  EXPECT_EQ(message_of<FormatError>([] { return ordered({""}); }),
            "read: points need one x each, the file has 0; its fields are none");
}

}  // namespace
}  // namespace sparseconv::column_order_test

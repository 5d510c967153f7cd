#include "sparseconv/io/column_order.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/error_message.hpp"

namespace sparseconv {
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

TEST(ColumnOrder, PlacesTheFieldsOfAPackedRecord) {
  std::vector<PackedField> fields(5, PackedField{ScalarType::float64, 99});
  place_field({.first = 1, .colour_parts = 3}, {ScalarType::float32, 12}, fields);
  place_field({.first = 0}, {ScalarType::int16, 7}, fields);
  place_field({}, {ScalarType::int16, 9}, fields);
  const std::vector<ScalarType> types = {ScalarType::int16, ScalarType::uint8, ScalarType::uint8, ScalarType::uint8,
                                         ScalarType::float64};
  const std::vector<std::size_t> offsets = {7, 14, 13, 12, 99};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    EXPECT_EQ(fields[i].type, types[i]) << i;
    EXPECT_EQ(fields[i].offset, offsets[i]) << i;
  }
}

TEST(ColumnOrder, NamesAMissingOrRepeatedAxis) {
  EXPECT_EQ(message_of<FormatError>([] {
              return ordered({"x", "", "y", "i"});
            }),
            "read: points need one z each, the file has 0; its fields are \"x\", \"y\", \"i\"");
  EXPECT_EQ(message_of<FormatError>([] {
              return ordered({"x", "y", "z", "y"});
            }),
            "read: points need one y each, the file has 2; its fields are \"x\", \"y\", \"z\", \"y\"");
  EXPECT_EQ(message_of<FormatError>([] { return ordered({""}); }),
            "read: points need one x each, the file has 0; its fields are none");
}

}  // namespace
}  // namespace sparseconv

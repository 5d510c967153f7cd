#include "sparseconv/io/column_order.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "support/error_message.hpp"

namespace sparseconv {
namespace {

using test::message_of;
using Fields = std::vector<std::string>;

TEST(ColumnOrder, PutsXYZFirst) {
  const ColumnOrder order = order_columns(Fields{"t", "z", "", "x", "i", "y"}, "read");
  EXPECT_EQ(order.names, (Fields{"x", "y", "z", "t", "i"}));
  EXPECT_EQ(order.column_of_field, (std::vector<std::int64_t>{3, 2, no_column, 0, 4, 1}));
}

TEST(ColumnOrder, NamesAMissingOrRepeatedAxis) {
  EXPECT_EQ(message_of<FormatError>([] {
              return order_columns(Fields{"x", "", "y", "i"}, "read");
            }),
            "read: points need one z each, the file has 0; its fields are \"x\", \"y\", \"i\"");
  EXPECT_EQ(message_of<FormatError>([] {
              return order_columns(Fields{"x", "y", "z", "y"}, "read");
            }),
            "read: points need one y each, the file has 2; its fields are \"x\", \"y\", \"z\", \"y\"");
  EXPECT_EQ(message_of<FormatError>([] { return order_columns(Fields{""}, "read"); }),
            "read: points need one x each, the file has 0; its fields are none");
}

}  // namespace
}  // namespace sparseconv

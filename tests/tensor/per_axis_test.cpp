#include "sparseconv/tensor/per_axis.hpp"

#include <gtest/gtest.h>

#include "support/error_message.hpp"

namespace sparseconv::per_axis_test {
namespace {

using test::message_of;

TEST(PerAxis, IsMadeFromOneOrFromAll) {
  PerAxis<3> const all = 2;
  PerAxis<3> const each = {3, 1, 2};
  EXPECT_EQ(to_string(all), "2 x 2 x 2");
  EXPECT_EQ(to_string(each), "3 x 1 x 2");
  EXPECT_EQ(to_string(PerAxis<1>(4)), "4");
  EXPECT_EQ(all, (PerAxis<3>{2, 2, 2}));
  EXPECT_NE(all, each);
}

TEST(PerAxis, CanBeWrittenAxisByAxis) {
  PerAxis<2> values = 0;
  values[1] = -5;
  EXPECT_EQ(values, (PerAxis<2>{0, -5}));
}

TEST(PerAxis, TakesAnyIntegerThatFits) {
  EXPECT_EQ(PerAxis<1>(std::int64_t{2147483647})[0], 2147483647);
  EXPECT_EQ(PerAxis<1>(std::int64_t{-2147483648})[0], -2147483647 - 1);
  EXPECT_EQ((PerAxis<2>{std::size_t{1}, std::int64_t{2}}), (PerAxis<2>{1, 2}));
}

TEST(PerAxis, RefusesWhatDoesNotFit) {
  EXPECT_EQ(message_of<ShapeError>([] { return PerAxis<2>(std::int64_t{2147483648}); }),
            "PerAxis: 2147483648 does not fit 32 bits; give a smaller value");
  EXPECT_EQ(message_of<ShapeError>([] {
              return PerAxis<2>{1, std::int64_t{-2147483649}};
            }),
            "PerAxis: -2147483649 does not fit 32 bits; give a smaller value");
  EXPECT_EQ(message_of<ShapeError>([] { return PerAxis<2>(4294967295U); }),
            "PerAxis: 4294967295 does not fit 32 bits; give a smaller value");
}

}  // namespace
}  // namespace sparseconv::per_axis_test

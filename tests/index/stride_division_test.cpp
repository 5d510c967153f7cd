#include "sparseconv/index/stride_division.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>

namespace sparseconv::stride_division_test {
namespace {

TEST(StrideDivision, RoundsDownAndUp) {
  for (std::int32_t const stride : {1, 2, 3, 4, 5, 7, 8, 10}) {
    StrideDivision const by(stride);
    EXPECT_EQ(by.stride(), stride);
    for (std::int64_t c = -50; c <= 50; ++c) {
      double const quotient = static_cast<double>(c) / stride;
      EXPECT_EQ(by.floor(c), std::lround(std::floor(quotient))) << c << " by " << stride;
      EXPECT_EQ(by.ceiling(c), std::lround(std::ceil(quotient))) << c << " by " << stride;
    }
  }
}

TEST(StrideDivision, KnowsPowersOfTwo) {
  EXPECT_EQ(StrideDivision().shift(), 0);
  EXPECT_EQ(StrideDivision(1).shift(), 0);
  EXPECT_EQ(StrideDivision(8).shift(), 3);
  EXPECT_EQ(StrideDivision(6).shift(), -1);
  EXPECT_EQ(StrideDivision(1 << 30).shift(), 30);
}

TEST(StrideDivision, TakesTheEndsOfCoordinates) {
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  StrideDivision const by(std::numeric_limits<std::int32_t>::max());
  EXPECT_EQ(by.floor(most), 1);
  EXPECT_EQ(by.floor(-most - 1), -2);
  EXPECT_EQ(by.ceiling(2 * most + 1), 3);
}

}  // namespace
}  // namespace sparseconv::stride_division_test

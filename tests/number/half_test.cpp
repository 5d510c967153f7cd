#include "sparseconv/number/half.hpp"

#include <gtest/gtest.h>

namespace sparseconv::half_test {
namespace {

TEST(Half, HasTheBitsOfBinary16) {
  EXPECT_EQ(half(0).bits(), 0x0000);
  EXPECT_EQ(half(1).bits(), 0x3c00);
  EXPECT_EQ(half(-2).bits(), 0xc000);
  EXPECT_EQ(half(0.1f).bits(), 0x2e66);     // 1638.4 / 2^14
  EXPECT_EQ(half(65504).bits(), 0x7bff);    // the largest
  EXPECT_EQ(half(65519).bits(), 0x7bff);    // below the middle to 65536
  EXPECT_EQ(half(65520).bits(), 0x7c00);    // on it: infinity is even
  EXPECT_EQ(half(0x1p-14).bits(), 0x0400);  // the smallest normal number
  EXPECT_EQ(half(0x1p-24).bits(), 0x0001);
  EXPECT_EQ(half(0x1p-25).bits(), 0x0000);  // a tie
  EXPECT_EQ(half(0x3p-25).bits(), 0x0002);  // a tie
  EXPECT_EQ(half(2049).bits(), half(2048).bits());
  EXPECT_EQ(half(2051).bits(), half(2052).bits());
  EXPECT_EQ(static_cast<float>(half::from_bits(0x3555)), 1365.0f / 4096.0f);
}

TEST(Half, HasThreeDecimalDigits) {
  using Limits = std::numeric_limits<half>;
  EXPECT_EQ(Limits::digits, 11);
  EXPECT_EQ(Limits::digits10, 3);
  EXPECT_EQ(Limits::max_digits10, 5);
  EXPECT_EQ(Limits::min_exponent, -13);
  EXPECT_EQ(Limits::max_exponent, 16);
  EXPECT_EQ(Limits::min_exponent10, -4);
  EXPECT_EQ(Limits::max_exponent10, 4);
  EXPECT_EQ(Limits::max(), 65504.0f);
  EXPECT_EQ(Limits::epsilon(), 0x1p-10f);
  EXPECT_EQ(Limits::min(), 0x1p-14f);
  EXPECT_EQ(Limits::denorm_min(), 0x1p-24f);
}

}  // namespace
}  // namespace sparseconv::half_test

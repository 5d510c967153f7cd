#include "sparseconv/number/bfloat16.hpp"

#include <gtest/gtest.h>

#include <bit>

namespace sparseconv::bfloat16_test {
namespace {

TEST(Bfloat16, HasTheUpperBitsOfAFloat) {
  EXPECT_EQ(bfloat16(0).bits(), 0x0000);
  EXPECT_EQ(bfloat16(1).bits(), 0x3f80);
  EXPECT_EQ(bfloat16(-2).bits(), 0xc000);
  EXPECT_EQ(bfloat16(0.1f).bits(), 0x3dcd);  // 0x3dcccccd
  EXPECT_EQ(bfloat16(257).bits(), bfloat16(256).bits());
  EXPECT_EQ(bfloat16(259).bits(), bfloat16(260).bits());
  EXPECT_EQ(bfloat16(std::bit_cast<float>(0x7f7f7fffu)).bits(), 0x7f7f);  // the largest
  EXPECT_EQ(bfloat16(std::bit_cast<float>(0x7f7f8000u)).bits(), 0x7f80);  // a tie: infinity is even
  EXPECT_EQ(bfloat16(std::bit_cast<float>(0x00018000u)).bits(), 0x0002);  // a tie of subnormal numbers
  EXPECT_EQ(bfloat16(std::bit_cast<float>(0x00008000u)).bits(), 0x0000);
  EXPECT_EQ(bfloat16(0x1p-133).bits(), 0x0001);
  EXPECT_EQ(std::bit_cast<std::uint32_t>(static_cast<float>(bfloat16::from_bits(0x4049))), 0x40490000u);
}

TEST(Bfloat16, HasTwoDecimalDigitsAndTheRangeOfFloat) {
  using Limits = std::numeric_limits<bfloat16>;
  EXPECT_EQ(Limits::digits, 8);
  EXPECT_EQ(Limits::digits10, 2);
  EXPECT_EQ(Limits::max_digits10, 4);
  EXPECT_EQ(Limits::min_exponent, std::numeric_limits<float>::min_exponent);
  EXPECT_EQ(Limits::max_exponent, std::numeric_limits<float>::max_exponent);
  EXPECT_EQ(Limits::min_exponent10, std::numeric_limits<float>::min_exponent10);
  EXPECT_EQ(Limits::max_exponent10, std::numeric_limits<float>::max_exponent10);
  EXPECT_EQ(Limits::max(), 0x1.fep127f);
  EXPECT_EQ(Limits::epsilon(), 0x1p-7f);
  EXPECT_EQ(Limits::min(), std::numeric_limits<float>::min());
  EXPECT_EQ(Limits::denorm_min(), 0x1p-133f);
}

}  // namespace
}  // namespace sparseconv::bfloat16_test

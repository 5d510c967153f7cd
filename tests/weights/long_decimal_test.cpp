#include "sparseconv/weights/long_decimal.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <random>
#include <string>

namespace sparseconv::long_decimal_test {
namespace {

// 0.15 is nearest to 0x1.3333333333333p-3 = 0.1499999999999999944...
TEST(LongDecimal, FindsTheNearestNumber) {
  EXPECT_EQ(LongDecimal("15", 0).nearest<double>(), 0.15);
  EXPECT_EQ(LongDecimal("15", 0).nearest<float>(), 0.15f);
  EXPECT_EQ(LongDecimal("15", 2).nearest<double>(), 15.0);
  EXPECT_EQ(LongDecimal("00150", 4).nearest<double>(), 15.0);
  EXPECT_EQ(LongDecimal("", 7).nearest<double>(), 0.0);
  EXPECT_TRUE(LongDecimal("000", 7).is_zero());
}

// 2^24 + 1 is halfway between two floats, 2^24 + 3 too: the even ones are 2^24 and 2^24 + 4.
TEST(LongDecimal, OfTwoEquallyNearNumbersTakesTheEven) {
  EXPECT_EQ(LongDecimal("16777217", 8).nearest<float>(), 16777216.0f);
  EXPECT_EQ(LongDecimal("16777219", 8).nearest<float>(), 16777220.0f);
  EXPECT_EQ(LongDecimal("16777217" + std::string(2000, '0') + "1", 8).nearest<float>(), 16777218.0f);
  EXPECT_EQ(LongDecimal("16777218" + std::string(2000, '9'), 8).nearest<float>(), 16777218.0f);
  EXPECT_EQ(LongDecimal("16777216" + std::string(2000, '9'), 8).nearest<float>(), 16777216.0f);
}

TEST(LongDecimal, EndsWhereTheTypeEnds) {
  using Float = std::numeric_limits<float>;
  EXPECT_EQ(LongDecimal("1", std::int64_t{1} << 51).nearest<double>(), std::numeric_limits<double>::infinity());
  EXPECT_EQ(LongDecimal("1", -(std::int64_t{1} << 51)).nearest<double>(), 0.0);
  // Halfway between the largest float and 2^128, and a little less.
  EXPECT_EQ(LongDecimal("340282356779733661637539395458142568448", 39).nearest<float>(), Float::infinity());
  EXPECT_EQ(LongDecimal("340282356779733661637539395458142568447", 39).nearest<float>(), Float::max());
  // Half the smallest float is 2^-150 = 7.0064923216240853546...e-46, and a little more.
  EXPECT_EQ(LongDecimal("70064923216240853546", -45).nearest<float>(), 0.0f);
  EXPECT_EQ(LongDecimal("70064923216240853547", -45).nearest<float>(), Float::denorm_min());
}

/// All digits of a number, from the C library.
std::string exact_digits(double value) {
  char text[1200];
  int const length = std::snprintf(text, sizeof text, "%.1080f", value);
  return {text, static_cast<std::size_t>(length)};
}

/// Reads what exact_digits writes.
template <class T>
T nearest(std::string text) {
  std::size_t const point = text.find('.');
  return LongDecimal(text.erase(point, 1), static_cast<std::int64_t>(point)).template nearest<T>();
}

template <class T, class Bits>
void compare_at_random(unsigned seed) {
  std::mt19937_64 random(seed);
  for (int i = 0; i < 2000; ++i) {
    auto bits = static_cast<Bits>(random());
    if (i % 4 == 0) bits = static_cast<Bits>(bits >> (sizeof bits == 4 ? 8 : 11));  // near zero
    T const value = std::abs(std::bit_cast<T>(bits));
    if (!std::isfinite(value)) continue;
    EXPECT_EQ(nearest<T>(exact_digits(double{value})), value) << value;
  }
}

TEST(LongDecimal, ReadsExactDecimalsBack) {
  compare_at_random<float, std::uint32_t>(1);
  compare_at_random<double, std::uint64_t>(2);
}

// A double between two floats has an exact decimal, and the host rounds it to float once.
TEST(LongDecimal, RoundsToFloatAsTheHostRoundsDoubles) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 2000; ++i) {
    std::uint64_t bits = random() >> 1;
    if (i % 2 == 0) bits = (bits >> 28 | 1) << 28;  // halfway between two normal floats
    double const value =
        std::ldexp(std::bit_cast<double>((bits & ~(std::uint64_t{0x7ff} << 52)) | std::uint64_t{0x3ff} << 52),
                   static_cast<int>(random() % 290) - 155);
    EXPECT_EQ(nearest<float>(exact_digits(value)), static_cast<float>(value)) << value;
  }
}

}  // namespace
}  // namespace sparseconv::long_decimal_test

#include "sparseconv/number/narrow_float.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <type_traits>

#include "sparseconv/number/bfloat16.hpp"
#include "sparseconv/number/half.hpp"
#include "support/nearest_number.hpp"
#include "support/random_numbers.hpp"

namespace sparseconv::narrow_float_test {
namespace {

template <class Number>
class NarrowFloats : public ::testing::Test {
 protected:
  using Limits = std::numeric_limits<Number>;
  test::NearestNumber nearest{Number::exponent_bits, Number::significand_bits};

  void expect_nearest(double value) {
    ASSERT_EQ(Number(value).bits(), nearest.bits_of(value)) << std::hexfloat << value;
    auto const narrowed = static_cast<float>(value);
    ASSERT_EQ(Number(narrowed).bits(), nearest.bits_of(narrowed)) << std::hexfloat << narrowed;
  }
  void expect_nearest_around(double value) {
    double const infinity = std::numeric_limits<double>::infinity();
    for (double const sign : {1.0, -1.0}) {
      expect_nearest(sign * value);
      expect_nearest(sign * std::nextafter(value, infinity));
      expect_nearest(sign * std::nextafter(value, -infinity));
      auto const narrowed = static_cast<float>(value);
      expect_nearest(sign * std::nextafter(narrowed, std::numeric_limits<float>::infinity()));
      expect_nearest(sign * std::nextafter(narrowed, -std::numeric_limits<float>::infinity()));
    }
  }
};

using Numbers = ::testing::Types<half, bfloat16>;
TYPED_TEST_SUITE(NarrowFloats, Numbers);

TYPED_TEST(NarrowFloats, ComesBackFromFloatAndDoubleForEachOfItsBits) {
  for (unsigned pattern = 0; pattern < 0x10000; ++pattern) {
    auto const bits = static_cast<std::uint16_t>(pattern);
    auto const number = TypeParam::from_bits(bits);
    float const value = number;
    std::size_t const magnitude = bits & 0x7fffu;
    ASSERT_EQ(std::signbit(value), bits >= 0x8000) << pattern;
    if (magnitude > this->nearest.infinity_bits()) {
      ASSERT_TRUE(std::isnan(value)) << pattern;
      auto const quiet = static_cast<std::uint16_t>(bits | TypeParam::quiet_bit);
      ASSERT_EQ(TypeParam(value).bits(), quiet) << pattern;
      ASSERT_EQ(TypeParam(static_cast<double>(value)).bits(), quiet) << pattern;
      continue;
    }
    if (magnitude == this->nearest.infinity_bits()) {
      ASSERT_TRUE(std::isinf(value)) << pattern;
    } else {
      ASSERT_EQ(std::abs(static_cast<double>(value)), this->nearest[magnitude]) << pattern;
    }
    ASSERT_EQ(TypeParam(value).bits(), bits) << pattern;
    ASSERT_EQ(TypeParam(static_cast<double>(value)).bits(), bits) << pattern;
  }
}

TYPED_TEST(NarrowFloats, RoundsToTheNearestAroundEachOfItsNumbersAndBetweenThem) {
  for (std::size_t bits = 0; bits < this->nearest.infinity_bits(); ++bits) {
    double const here = this->nearest[bits];
    double const next = this->nearest[bits + 1];
    this->expect_nearest_around(here);
    this->expect_nearest_around(here + (next - here) / 2);
    ASSERT_FALSE(this->HasFatalFailure());
  }
  this->expect_nearest_around(this->nearest[this->nearest.infinity_bits()]);
}

TYPED_TEST(NarrowFloats, RoundsAnyFloatAndDoubleToTheNearest) {
  test::RandomNumbers random(5);
  auto const any = [&](std::int64_t low, std::int64_t high) { return random.between(low, high); };
  for (int i = 0; i < 200000; ++i) {
    auto const wide = std::bit_cast<double>(any(INT64_MIN, INT64_MAX));
    auto const narrow = std::bit_cast<float>(static_cast<std::int32_t>(any(INT32_MIN, INT32_MAX)));
    if (!std::isnan(wide)) {
      ASSERT_EQ(TypeParam(wide).bits(), this->nearest.bits_of(wide)) << std::hexfloat << wide;
    }
    if (!std::isnan(narrow)) this->expect_nearest(static_cast<double>(narrow));
    // Most doubles of random bits are far beyond the format: these are within.
    int const exponent = static_cast<int>(any(-TypeParam::exponent_bias - 12, TypeParam::exponent_bias + 2));
    this->expect_nearest(std::ldexp(random.number<double>(), exponent));
    ASSERT_FALSE(this->HasFatalFailure());
  }
}

TYPED_TEST(NarrowFloats, RoundsADoubleOnce) {
  // A little above the middle of 1 and the next number: a float in between would fall on the middle, and then on 1.
  double const epsilon = static_cast<double>(TestFixture::Limits::epsilon());
  double const above = 1 + epsilon / 2 + std::ldexp(1.0, -40);
  ASSERT_EQ(static_cast<double>(static_cast<float>(above)), 1 + epsilon / 2);
  EXPECT_EQ(TypeParam(above).bits(), TypeParam(1).bits() + 1);
  EXPECT_EQ(TypeParam(-above).bits(), TypeParam(-1).bits() + 1);
  // A little below the middle of that and the one after it, where ties would go up.
  double const below = 1 + 1.5 * epsilon - std::ldexp(1.0, -40);
  EXPECT_EQ(TypeParam(below).bits(), TypeParam(1).bits() + 1);
  // The same between the largest number and infinity, and below the smallest.
  double const last = TestFixture::Limits::max();
  double const step = last * epsilon / (2 - epsilon);
  EXPECT_EQ(TypeParam(last + step / 2 * (1 - std::ldexp(1.0, -40))).bits(), TestFixture::Limits::max().bits());
  EXPECT_EQ(TypeParam(last + step / 2).bits(), TestFixture::Limits::infinity().bits());
  double const smallest = TestFixture::Limits::denorm_min();
  EXPECT_EQ(TypeParam(smallest / 2).bits(), 0);
  EXPECT_EQ(TypeParam(smallest / 2 * (1 + std::ldexp(1.0, -40))).bits(), 1);
}

TYPED_TEST(NarrowFloats, KeepsSignsInfinitiesAndWhatIsNoNumber) {
  float const infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(TypeParam(-0.0f).bits(), 0x8000);
  EXPECT_EQ(TypeParam(-0.0).bits(), 0x8000);
  EXPECT_TRUE(std::signbit(static_cast<float>(TypeParam(-1e-300))));
  EXPECT_EQ(static_cast<float>(TypeParam(infinity)), infinity);
  EXPECT_EQ(static_cast<float>(TypeParam(-infinity)), -infinity);
  EXPECT_EQ(static_cast<float>(TypeParam(1e300)), infinity);
  EXPECT_EQ(static_cast<float>(TypeParam(std::numeric_limits<double>::lowest())), -infinity);
  // The payload of these NaNs lies in bits that are cut off.
  EXPECT_TRUE(std::isnan(static_cast<float>(TypeParam(std::bit_cast<float>(0x7f800001u)))));
  EXPECT_TRUE(std::isnan(static_cast<float>(TypeParam(std::bit_cast<double>(std::uint64_t{0xfff0000000000001})))));
  EXPECT_NE(TypeParam::from_bits(TestFixture::Limits::quiet_NaN().bits()), TestFixture::Limits::quiet_NaN());
}

TYPED_TEST(NarrowFloats, ComparesAndCountsAsFloat) {
  TypeParam const one(1);
  TypeParam const two(2.0f);
  TypeParam const nan = TestFixture::Limits::quiet_NaN();
  EXPECT_TRUE(one < two && one <= two && two > one && two >= one && one != two && one == one);
  EXPECT_TRUE(one < 1.5 && one < 1.5f && one == 1 && 2 == two);
  EXPECT_TRUE(TypeParam(0.0f) == TypeParam(-0.0f));
  EXPECT_FALSE(nan == nan || nan < one || nan > one);
  EXPECT_TRUE((one <=> two) == std::partial_ordering::less);
  EXPECT_TRUE((nan <=> two) == std::partial_ordering::unordered);
  EXPECT_TRUE((std::is_same_v<decltype(one + two), float> && std::is_same_v<decltype(one * 2.0), double>));
  EXPECT_EQ(one + two * two - one / two, 4.5f);
  EXPECT_EQ(static_cast<double>(two), 2.0);
  EXPECT_EQ(static_cast<int>(two), 2);
  EXPECT_EQ(std::max(one, two), two);
  EXPECT_EQ(std::abs(TypeParam(-3)), 3.0f);
}

TYPED_TEST(NarrowFloats, WidensByItselfAndNarrowsWhenTold) {
  EXPECT_TRUE((std::is_convertible_v<TypeParam, float> && std::is_convertible_v<TypeParam, double>));
  EXPECT_FALSE((std::is_convertible_v<float, TypeParam> || std::is_convertible_v<double, TypeParam>));
  EXPECT_FALSE((std::is_convertible_v<int, TypeParam> || std::is_assignable_v<TypeParam&, float>));
  EXPECT_TRUE((std::is_constructible_v<TypeParam, half> && std::is_constructible_v<TypeParam, bfloat16>));
  EXPECT_FALSE((std::is_constructible_v<TypeParam, std::int64_t>)) << "by way of double it would round twice";
  EXPECT_TRUE((std::is_trivially_copyable_v<TypeParam> && std::is_trivially_default_constructible_v<TypeParam>));
  EXPECT_TRUE(std::is_standard_layout_v<TypeParam>);
}

TYPED_TEST(NarrowFloats, IsKnownToTheCompiler) {
  constexpr TypeParam number(-1.5f);
  static_assert(static_cast<float>(number) == -1.5f && number.bits() == TypeParam(-1.5).bits());
  static_assert(static_cast<float>(TypeParam{}) == 0.0f);
  static_assert(static_cast<float>(TestFixture::Limits::denorm_min()) > 0.0f);
  static_assert(number < 0 && TypeParam(3) > number);
}

TYPED_TEST(NarrowFloats, StatesItsLimits) {
  using Stated = std::numeric_limits<TypeParam>;
  auto const value = [](TypeParam number) { return static_cast<double>(number); };
  static_assert(Stated::is_specialized && Stated::is_signed && !Stated::is_integer && !Stated::is_exact);
  static_assert(Stated::has_infinity && Stated::has_quiet_NaN && Stated::radix == 2);
  EXPECT_EQ(value(Stated::epsilon()), std::ldexp(1.0, 1 - Stated::digits));
  EXPECT_EQ(value(Stated::round_error()), 0.5);
  EXPECT_EQ(value(Stated::min()), std::ldexp(1.0, Stated::min_exponent - 1));
  EXPECT_EQ(value(Stated::max()), std::ldexp(1 - std::ldexp(1.0, -Stated::digits), Stated::max_exponent));
  EXPECT_EQ(value(Stated::lowest()), -value(Stated::max()));
  EXPECT_EQ(value(Stated::denorm_min()), std::ldexp(value(Stated::epsilon()), Stated::min_exponent - 1));
  EXPECT_TRUE(std::isinf(value(Stated::infinity())) && value(Stated::infinity()) > 0);
  EXPECT_TRUE(std::isnan(value(Stated::quiet_NaN())) && std::isnan(value(Stated::signaling_NaN())));
  EXPECT_LE(value(Stated::min()), std::pow(10.0, Stated::min_exponent10));
  EXPECT_GT(value(Stated::min()), std::pow(10.0, Stated::min_exponent10 - 1));
  EXPECT_GE(value(Stated::max()), std::pow(10.0, Stated::max_exponent10));
  EXPECT_LT(value(Stated::max()), std::pow(10.0, Stated::max_exponent10 + 1));
}

}  // namespace
}  // namespace sparseconv::narrow_float_test

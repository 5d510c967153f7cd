#include "sparseconv/layers/he_uniform.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace sparseconv::he_uniform_test {
namespace {

// With a fan-in of 6 the bound is 1. The C++ standard names the 10000th number of std::mt19937_64 with its default seed
// of 5489: 9981545732273789042. Its upper 23 bits are 4539081, which gives 2 (4539081 + 0.5) / 2^23 - 1.
TEST(HeUniform, FollowsTheStandardsGenerator) {
  EXPECT_EQ(he_uniform<double>(10'000, 6, 5489)[9'999], 2 * 4539081.5 / 8388608 - 1);
}

TEST(HeUniform, GivesTheSameNumbersForASeed) {
  Buffer<float> const values = he_uniform<float>(4, 6, 0);
  EXPECT_EQ(values[0], -0.68041337F);
  EXPECT_EQ(values[1], 0.98429048F);
  EXPECT_EQ(values[2], -0.92086184F);
  EXPECT_EQ(values[3], 0.19498932F);
}

TEST(HeUniform, DoesNotDependOnHowManyAreDrawn) {
  Buffer<float> const few = he_uniform<float>(5, 27, 3);
  Buffer<float> const many = he_uniform<float>(50, 27, 3);
  EXPECT_TRUE(std::equal(few.begin(), few.end(), many.begin()));
}

TEST(HeUniform, GivesOtherNumbersForAnotherSeed) {
  Buffer<float> const a = he_uniform<float>(1'000, 27, 1);
  Buffer<float> const b = he_uniform<float>(1'000, 27, 2);
  int equal = 0;
  for (std::int64_t i = 0; i < a.size(); ++i) equal += a[i] == b[i];
  // Of 2^23 values, two lists agree by chance in 1000 / 2^23 places.
  EXPECT_LE(equal, 1);
}

TEST(HeUniform, FloatsAreTheDoublesRounded) {
  Buffer<double> const exact = he_uniform<double>(1'000, 432, 9);
  Buffer<float> const rounded = he_uniform<float>(1'000, 432, 9);
  for (std::int64_t i = 0; i < exact.size(); ++i) EXPECT_EQ(rounded[i], static_cast<float>(exact[i]));
}

// Uniform in (-b, b) has variance b^2 / 3 = 2 / fan_in, and the square of it variance 4 b^4 / 45.
TEST(HeUniform, HasTheVarianceThatReluHalves) {
  constexpr std::int64_t count = 200'000;
  constexpr std::int64_t fan_in = 27 * 16;
  double const bound = std::sqrt(6.0 / fan_in);
  Buffer<float> const values = he_uniform<float>(count, fan_in, 11);
  double sum = 0;
  double squares = 0;
  double lowest = 0;
  double highest = 0;
  for (float const value : values) {
    double const exact = static_cast<double>(value);
    ASSERT_LT(std::fabs(exact), bound);
    ASSERT_NE(exact, 0);
    sum += exact;
    squares += exact * exact;
    lowest = std::min(lowest, exact);
    highest = std::max(highest, exact);
  }
  double const n = static_cast<double>(count);
  // Five standard errors.
  EXPECT_NEAR(sum / n, 0, 5 * bound / std::sqrt(3 * n));
  EXPECT_NEAR(squares / n, 2.0 / fan_in, 5 * bound * bound * std::sqrt(4.0 / 45 / n));
  EXPECT_LT(lowest, -0.999 * bound);
  EXPECT_GT(highest, 0.999 * bound);
}

TEST(HeUniform, TakesNothingAndNoFanIn) {
  EXPECT_EQ(he_uniform<float>(0, 27, 1).size(), 0);
  for (float const value : he_uniform<float>(5, 0, 1)) EXPECT_EQ(value, 0.F);
}

}  // namespace
}  // namespace sparseconv::he_uniform_test

#include "sparseconv/execute/score_order.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "sparseconv/number/bfloat16.hpp"
#include "sparseconv/number/half.hpp"

namespace sparseconv::score_order_test {
namespace {

/// Numbers of T from the largest to the smallest, and after them NaN.
template <class T>
std::vector<T> falling() {
  using Limits = std::numeric_limits<T>;
  auto const of = [](double number) { return T(static_cast<float>(number)); };
  return {Limits::infinity(),
          Limits::max(),
          of(3.5),
          of(1),
          Limits::min(),
          Limits::denorm_min(),
          of(0),
          T(-static_cast<Accumulator<T>>(Limits::denorm_min())),
          of(-1),
          of(-2),
          Limits::lowest(),
          T(-static_cast<Accumulator<T>>(Limits::infinity())),
          Limits::quiet_NaN()};
}

template <class T>
void expect_order() {
  std::vector<T> const numbers = falling<T>();
  for (std::size_t i = 0; i + 1 < numbers.size(); ++i) {
    EXPECT_LT(score_key(numbers[i]), score_key(numbers[i + 1])) << i;
  }
  EXPECT_EQ(score_key(T(0.F)), score_key(T(-0.F)));
  auto const negative_nan = T(std::copysign(std::numeric_limits<Accumulator<T>>::quiet_NaN(), Accumulator<T>(-1)));
  EXPECT_EQ(score_key(negative_nan), score_key(std::numeric_limits<T>::quiet_NaN()));
}

TEST(ScoreOrder, GoesFromTheLargestToTheSmallest) {
  expect_order<float>();
  expect_order<double>();
  expect_order<half>();
  expect_order<bfloat16>();
}

// All numbers of two bytes, against comparisons of their values.
TEST(ScoreOrder, IsThatOfAllHalves) {
  std::vector<half> rising;
  for (std::uint32_t bits = 0xfc00; bits >= 0x8000; --bits)
    rising.push_back(half::from_bits(static_cast<std::uint16_t>(bits)));
  for (std::uint32_t bits = 0; bits <= 0x7c00; ++bits)
    rising.push_back(half::from_bits(static_cast<std::uint16_t>(bits)));
  for (std::size_t i = 0; i + 1 < rising.size(); ++i) {
    float const a = rising[i];
    float const b = rising[i + 1];
    if (a < b) {
      ASSERT_GT(score_key(rising[i]), score_key(rising[i + 1])) << a << " and " << b;
    } else {
      ASSERT_EQ(a, b);
      ASSERT_EQ(score_key(rising[i]), score_key(rising[i + 1])) << a << " and " << b;
    }
  }
}

}  // namespace
}  // namespace sparseconv::score_order_test

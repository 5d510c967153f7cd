#include "sparseconv/number/arithmetic.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace sparseconv::arithmetic_test {
namespace {

template <class T>
class Arithmetic : public ::testing::Test {};
using Numbers = ::testing::Types<float, double>;
TYPED_TEST_SUITE(Arithmetic, Numbers);

// (1 + e)^2 = 1 + 2 e + e^2, whose last term does not fit beside the first.
TYPED_TEST(Arithmetic, RoundsOnceOrTwiceAsTheWordSays) {
  using T = TypeParam;
  T const volatile one_more = 1 + std::numeric_limits<T>::epsilon();
  T const factor = one_more;
  T const square = 1 + 2 * std::numeric_limits<T>::epsilon();
  EXPECT_EQ(rounded_product(factor, factor), square);
  EXPECT_EQ(product_then_sum(factor, factor, -square), T{0});
  EXPECT_EQ(fused(factor, factor, -square), std::numeric_limits<T>::epsilon() * std::numeric_limits<T>::epsilon());
}

TYPED_TEST(Arithmetic, IsTheSameWhenTheCompilerComputesIt) {
  using T = TypeParam;
  constexpr T factor = 1 + std::numeric_limits<T>::epsilon();
  constexpr T square = 1 + 2 * std::numeric_limits<T>::epsilon();
  static_assert(rounded_product(factor, factor) == square);
  static_assert(product_then_sum(factor, factor, -square) == T{0});
}

}  // namespace
}  // namespace sparseconv::arithmetic_test

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

// A product beside the middle between two numbers, which a third one that is small moves to the other side; and most of a product lost.
TEST(Fused, RoundsOnceWhereTheCLibraryMayNot) {
#if defined(__MINGW32__)
  if (best_instruction_set() == InstructionSet::portable) GTEST_SKIP() << "the processor has no instruction for it";
#endif
  float const volatile a = 0x1.5b1458p+0F;
  EXPECT_EQ(fused<float>(a, 0x1.436bdp+0F, -0x1.82bc14p-47F), 0x1.b67cd6p+0F);
  double const volatile b = -0x1.d2944b9e3a5b8p+0;
  EXPECT_EQ(fused<double>(b, 0x1.3b707e7888c2bp+0, 0x1.1f74c036b9828p+1), -0x1.d7f69933aebdp-53);
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

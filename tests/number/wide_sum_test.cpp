#include "sparseconv/number/wide_sum.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>

#include "sparseconv/number/bfloat16.hpp"
#include "sparseconv/number/half.hpp"

namespace sparseconv::wide_sum_test {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

TEST(Larger, KeepsNaNWhateverTheOrder) {
  EXPECT_EQ(larger(1.0, 2.0), 2);
  EXPECT_EQ(larger(-1.0F, -2.0F), -1);
  EXPECT_TRUE(std::isnan(larger(not_a_number, 1.0)));
  EXPECT_TRUE(std::isnan(larger(1.0, not_a_number)));
  EXPECT_TRUE(std::isnan(static_cast<float>(larger(half(not_a_number), half(1.0F)))));
}

template <class T>
T mean_of_equal(T number, std::int64_t count) {
  WideSum<T> sum;
  for (std::int64_t i = 0; i < count; ++i) sum.add(number);
  return sum.mean(static_cast<double>(count));
}

TEST(WideSum, TheMeanOfEqualNumbersIsThatNumber) {
  EXPECT_EQ(mean_of_equal(206494.5F, 1000), 206494.5F);
  EXPECT_EQ(mean_of_equal(50.03F, 1000000), 50.03F);
  EXPECT_EQ(mean_of_equal(0.1, 1000000), 0.1);  // a plain sum in double gives 0.10000000000134
  EXPECT_EQ(mean_of_equal(half(1.5F), 100000), half(1.5F));
  EXPECT_EQ(mean_of_equal(bfloat16(3.0F), 100000), bfloat16(3.0F));
  EXPECT_EQ(mean_of_equal(std::numeric_limits<float>::max(), 1000), std::numeric_limits<float>::max());
}

TEST(WideSum, DoublesCancelWithoutLoss) {
  WideSum<double> sum(1.0);
  for (double const number : {1e100, 1.0, -1e100}) sum.add(number);
  EXPECT_EQ(sum.value(), 2);
  WideSum<double> opposite(1e100);
  for (double const number : {1.0, -1e100, 1.0}) opposite.add(number);
  EXPECT_EQ(opposite.value(), 2);
}

template <class T>
double sum_of(std::initializer_list<double> numbers) {
  WideSum<T> sum;
  for (double const number : numbers) sum.add(T(number));
  return sum.value();
}

template <class T>
class WideSumOf : public ::testing::Test {};
using Types = ::testing::Types<float, double, half, bfloat16>;
TYPED_TEST_SUITE(WideSumOf, Types);

TYPED_TEST(WideSumOf, InfinityAndNaNAreAsInAPlainSum) {
  EXPECT_EQ(sum_of<TypeParam>({}), 0);
  EXPECT_EQ(sum_of<TypeParam>({1, infinity, 2, 3}), infinity);
  EXPECT_EQ(sum_of<TypeParam>({-infinity, -infinity}), -infinity);
  EXPECT_TRUE(std::isnan(sum_of<TypeParam>({infinity, -infinity, 1})));
  EXPECT_TRUE(std::isnan(sum_of<TypeParam>({1, not_a_number, 2})));
}

TYPED_TEST(WideSumOf, KeepsTheSignOfZero) {
  WideSum<TypeParam> sum(TypeParam(-0.0));
  EXPECT_TRUE(std::signbit(sum.value()));
  sum.add(TypeParam(-0.0));
  EXPECT_TRUE(std::signbit(sum.value()));
}

TEST(WideSum, BeyondTheLargestDoubleLiesInfinity) {
  EXPECT_EQ(sum_of<double>({1e308, 1e308, 1e308}), infinity);
}

TEST(WideSum, TakesInWhatAnotherHasAdded) {
  WideSum<double> sum(1e100);
  sum.add(1.0);
  WideSum<double> other(-1e100);
  other.add(0x1p-30);
  sum.add(other);
  EXPECT_EQ(sum.value(), 1 + 0x1p-30) << "with what both have rounded away";
  sum.add(WideSum<double>(infinity));
  EXPECT_EQ(sum.value(), infinity);
  sum.add(WideSum<double>(-infinity));
  EXPECT_TRUE(std::isnan(sum.value()));

  WideSum<float> narrow(0x1p30F);
  narrow.add(WideSum<float>(0x1p-20F));
  EXPECT_EQ(narrow.value(), 0x1p30 + 0x1p-20);
  narrow.add(WideSum<float>{});
  EXPECT_EQ(narrow.value(), 0x1p30 + 0x1p-20);
}

}  // namespace
}  // namespace sparseconv::wide_sum_test

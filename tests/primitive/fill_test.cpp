#include "sparseconv/primitive/fill.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "sparseconv/primitive/for_each.hpp"
#include "support/policies.hpp"

namespace sparseconv::fill_test {
namespace {

template <class Where>
class FillOn : public ::testing::Test {};
TYPED_TEST_SUITE(FillOn, test::Policies);

TYPED_TEST(FillOn, WritesEveryPlaceThatItIsGivenAndNoMore) {
  std::vector<int> numbers(10'001, 3);
  for_each_index(TypeParam::policy(), 10'000, Fill<int>{numbers.data(), 7});
  EXPECT_EQ(numbers.back(), 3);
  numbers.pop_back();
  EXPECT_EQ(numbers, std::vector<int>(10'000, 7));
}

}  // namespace
}  // namespace sparseconv::fill_test

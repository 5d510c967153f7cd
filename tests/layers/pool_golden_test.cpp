#include <gtest/gtest.h>

#include <algorithm>

#include "sparseconv/layers/sparse_pool.hpp"
#include "support/golden_case.hpp"
#include "support/shared_data.hpp"

// Poolings with the outputs that spconv 2.3.8 has for them.

namespace sparseconv::pool_golden_test {
namespace {

Grid<3> const fine{.shape = {24, 24, 24}, .batch_size = 4};
Grid<3> const coarse{.shape = {12, 12, 12}, .batch_size = 4};

/// The largest difference of a case; of a maximum, which begins with 0 there, where that is above 0.
double difference(int number, SparsePoolConfig<3> const& config, Grid<3> const& output) {
  test::GoldenCase const golden(test::shared_data("trained/spconv_pool_golden.pt"), number);
  bool const is_max = config.pooling == Pooling::max;
  return test::largest_difference(SparsePool<3>(config)(cpu, golden.input(fine)), golden.expected(output),
                                  [&](float found) { return is_max ? std::max(found, 0.0F) : found; });
}

TEST(PoolGolden, GivesTheNumbersOfAnotherLibrary) {
  if (test::shared_data("trained/spconv_pool_golden.pt").empty())
    GTEST_SKIP() << "trained/spconv_pool_golden.pt is not beside the checkout";
  SparsePoolConfig<3> const kept{
      .kernel_size = 3, .stride = 1, .padding = 1, .definition = OutputDefinition::submanifold};
  SparsePoolConfig<3> average = kept;
  average.pooling = Pooling::average;
  // Means of up to 27 numbers below 5, summed in any order: a few roundings of at most 2^-22 each.
  EXPECT_LE(difference(0, average, fine), 5e-7);
  EXPECT_EQ(difference(1, kept, fine), 0);
  EXPECT_EQ(difference(2, {.kernel_size = 3, .stride = 2, .padding = 2, .dilation = 2}, coarse), 0);
  EXPECT_EQ(difference(3, {.kernel_size = 5, .stride = 2, .padding = 2}, coarse), 0);
}

}  // namespace
}  // namespace sparseconv::pool_golden_test

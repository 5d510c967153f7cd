#include "sparseconv/layers/global_pool.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "sparseconv/layers/broadcast.hpp"
#include "sparseconv/layers/submanifold_conv.hpp"
#include "sparseconv/tensor/make_sparse_tensor.hpp"
#include "support/error_message.hpp"
#include "support/list_of.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"
#include "support/rounding.hpp"

namespace sparseconv::global_pool_test {
namespace {

using test::list_of;
using test::message_of;

// Item 0 has two sites, item 1 none, item 2 one.
TEST(GlobalPool, JoinsTheSitesOfEachItemByHand) {
  auto const input =
      make_sparse_tensor<float, 2>(seq, {.shape = {4, 4}, .batch_size = 3}, {{0, {0, 1}}, {2, {3, 3}}, {0, {2, 2}}},
                                   {1.F, -4.F, 7.F, 8.F, 2.F, -6.F});
  test::for_each_host_policy([&](auto const& where) {
    auto const largest = GlobalPool{Pooling::max}(where, input);
    EXPECT_EQ(list_of(largest), (std::vector<float>{2, -4, 0, 0, 7, 8}));
    EXPECT_EQ(list_of(GlobalPool{}(where, input)), list_of(largest)) << "max unless told";
    EXPECT_EQ(list_of(GlobalPool{Pooling::sum}(where, input)), (std::vector<float>{3, -10, 0, 0, 7, 8}));
    EXPECT_EQ(list_of(GlobalPool{Pooling::average}(where, input)), (std::vector<float>{1.5F, -5, 0, 0, 7, 8}));
    EXPECT_EQ(largest.grid(), (Grid<2>{.shape = {1, 1}, .batch_size = 3}));
    EXPECT_TRUE(are_item_sites(largest.sites()));
    EXPECT_TRUE(GlobalPool{Pooling::sum}(where, input).sites().is(largest.sites()));
  });
}

/// Each site adds to the item that its coordinate names.
template <class T, int D>
void expect_averages(std::int64_t sites, std::int64_t channels) {
  Grid<D> const grid{.shape = PerAxis<D>(30), .batch_size = 6};
  auto const set = test::sites_of(grid, test::random_coordinates<D>(test::range_of(grid, {0, 3}), sites, 5));
  auto const input = test::random_tensor<T>(set, channels, 6);
  std::vector<double> sums(static_cast<std::size_t>(6 * channels));
  std::vector<double> counts(6);
  for (std::int64_t row = 0; row < set.size(); ++row) {
    auto const item = static_cast<std::size_t>(set.data()[row].batch);
    counts[item] += 1;
    for (std::int64_t c = 0; c < channels; ++c) {
      sums[item * static_cast<std::size_t>(channels) + static_cast<std::size_t>(c)] +=
          static_cast<double>(input.features()(row, c));
    }
  }
  auto const expected = GlobalPool{Pooling::average}(seq, input);
  for (std::int64_t i = 0; i < 6 * channels; ++i) {
    double const count = counts[static_cast<std::size_t>(i / channels)];
    double const mean = count == 0 ? 0 : sums[static_cast<std::size_t>(i)] / count;
    ASSERT_NEAR(static_cast<double>(expected.features().data[i]), mean,
                count * 0x1p-52 + static_cast<double>(std::numeric_limits<T>::epsilon()));
  }
  test::for_each_cpu_policy(
      [&](auto const& where) { EXPECT_EQ(list_of(GlobalPool{Pooling::average}(where, input)), list_of(expected)); });
}

TEST(GlobalPool, AveragesWhatCoordinatesSay) {
  expect_averages<float, 1>(40, 5);
  expect_averages<float, 2>(400, 17);
  expect_averages<double, 3>(3000, 3);
  expect_averages<half, 3>(1000, 33);
  expect_averages<bfloat16, 4>(500, 1);
}

TEST(GlobalPool, TakesTensorsWithoutSites) {
  auto const result = GlobalPool{Pooling::average}(seq, SparseTensor<float, 3>(SiteSet<3>({.batch_size = 2}, {}), 3));
  EXPECT_EQ(list_of(result), std::vector<float>(6, 0.F));
  auto const none = GlobalPool{}(cpu, SparseTensor<float, 3>(SiteSet<3>({.batch_size = 0}, {}), 3));
  EXPECT_EQ(none.size(), 0);
  EXPECT_EQ(none.channels(), 3);
}

TEST(GlobalPool, RefusesAnAverageOverAKernel) {
  EXPECT_EQ(message_of<ShapeError>([] { return GlobalPool{Pooling::average_over_kernel}; }),
            "GlobalPool: average_over_kernel divides by the elements of a kernel, and a batch item has none; take "
            "Pooling::average, which divides by the item's rows");
}

// Squeeze and excite: a convolution of 1 on the pooled sites is a matrix for each item.
TEST(GlobalPool, ResultsCanBeConvolvedAndBroadcast) {
  auto const input =
      test::random_tensor<float>(test::random_site_set(Grid<3>{.shape = {9, 9, 9}, .batch_size = 4}, 90, 1), 2, 3);
  auto const pooled = GlobalPool{Pooling::sum}(seq, input);
  SubmanifoldConv3D<float> twice({.in_channels = 2, .out_channels = 2, .kernel_size = 1});
  twice.set_weights(std::array<float, 4>{2, 0, 0, 2});
  auto const result = broadcast(seq, twice(seq, pooled), input);
  for (std::int64_t row = 0; row < input.size(); ++row) {
    for (std::int64_t c = 0; c < 2; ++c) {
      ASSERT_EQ(result.features()(row, c), 2 * pooled.features()(input.sites().data()[row].batch, c));
    }
  }
}

}  // namespace
}  // namespace sparseconv::global_pool_test

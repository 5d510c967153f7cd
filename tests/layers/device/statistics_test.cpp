// Batch items, what is pooled and broadcast over them, and norms by computed statistics: on a device with the bits of
// the host.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "sparseconv/layers/batch_norm.hpp"
#include "sparseconv/layers/batch_statistics_norm.hpp"
#include "sparseconv/layers/broadcast.hpp"
#include "sparseconv/layers/global_pool.hpp"
#include "sparseconv/layers/layer_norm.hpp"
#include "support/device_policies.hpp"
#include "support/error_message.hpp"
#include "support/layer_sums.hpp"
#include "support/random_sites.hpp"
#include "support/same_index.hpp"

namespace sparseconv::device_statistics_test {
namespace {

using test::message_of;

template <class Where>
class Statistics : public test::DeviceTest<Where> {};
TYPED_TEST_SUITE(Statistics, test::DevicePolicies);

/// Six batch items, of which the first, the third and the last have no sites.
template <int D>
SiteSet<D> batch(std::int64_t count, std::uint32_t seed) {
  Grid<D> const grid{.shape = PerAxis<D>(40), .batch_size = 6};
  return test::sites_of(grid, test::random_coordinates<D>(test::range_of(grid, {0, 2, 5}), count, seed));
}

template <class T, int D>
testing::AssertionResult same_features(SparseTensor<T, D> const& a, SparseTensor<T, D> const& b) {
  if (a.channels() == b.channels() && test::same_bits_or_nan<T>(a.features().values(), b.features().values())) {
    return testing::AssertionSuccess();
  }
  return testing::AssertionFailure() << "other features";
}

template <int D, class Policy>
void expect_item_rows(Policy const& where, SiteSet<D> const& sites) {
  auto const there = copy_to(where, sites);
  auto offsets = item_offsets(where, there);
  EXPECT_TRUE(std::ranges::equal(copy_to_host(where, *offsets), *item_offsets(seq, sites)));
  EXPECT_EQ(item_offsets(where, there), offsets);
  std::int64_t const bytes = (sites.grid().batch_size + std::int64_t{1}) * static_cast<std::int64_t>(sizeof(Row));
  EXPECT_EQ(there.derived_bytes(), bytes);
  auto const items = item_sites(where, there);
  EXPECT_TRUE(item_sites(where, there).is(items));
  EXPECT_TRUE(test::same_sites(copy_to_host(where, items), item_sites(seq, sites)));
  EXPECT_EQ(there.derived_bytes(), bytes + items.bytes());
  there.release_derived();
  test::expect_waits(where, 0, [&] {
    (void)item_offsets(where, there);
    (void)item_sites(where, there);
  });
}

TYPED_TEST(Statistics, ItemsHaveTheRowsOfTheHost) {
  auto const& where = TypeParam::policy();
  expect_item_rows(where, batch<3>(900, 1));
  expect_item_rows(where, batch<2>(0, 1));
  expect_item_rows(where, batch<1>(30, 1));
  expect_item_rows(where, SiteSet<1>(Grid<1>{.batch_size = 0}, {}));
}

template <class T, int D, class Policy>
void expect_pooled_and_broadcast(Policy const& where, std::int64_t count, std::int64_t channels) {
  auto const input = test::random_tensor<T>(batch<D>(count, 2), channels, 3);
  auto const there = copy_to(where, input);
  for (Pooling const pooling : {Pooling::max, Pooling::sum, Pooling::average}) {
    auto const expected = GlobalPool{pooling}(seq, input);
    auto pooled = GlobalPool{pooling}(where, there);
    test::expect_waits(where, 0, [&] { pooled = GlobalPool{pooling}(where, copy_to(where, input)); });
    EXPECT_TRUE(same_features(copy_to_host(where, pooled), expected));
    auto const onto = broadcast(where, pooled, there);
    EXPECT_TRUE(onto.sites().is(there.sites()));
    EXPECT_TRUE(same_features(copy_to_host(where, onto), broadcast(seq, expected, input)));
  }
}

TYPED_TEST(Statistics, PoolingAndBroadcastHaveTheBitsOfTheHost) {
  auto const& where = TypeParam::policy();
  expect_pooled_and_broadcast<float, 3>(where, 2000, 5);
  expect_pooled_and_broadcast<double, 2>(where, 600, 3);
  expect_pooled_and_broadcast<half, 3>(where, 700, 17);
  expect_pooled_and_broadcast<bfloat16, 4>(where, 300, 1);
  expect_pooled_and_broadcast<float, 3>(where, 0, 3);
}

TYPED_TEST(Statistics, ViewsMayHaveGaps) {
  auto const& where = TypeParam::policy();
  using Memory = typename std::remove_cvref_t<decltype(where)>::Memory;
  std::vector<Row> const list{0, 300, 300, 301};
  auto const offsets = copy_to(where, std::span<Row const>(list));
  std::span<Row const> const there(offsets.data(), 4);
  auto const numbers = test::random_numbers<float>(301 * 7, 4);
  auto const copied = copy_to(where, numbers);
  MatrixView<float const> const input{numbers.data(), 301, 5, 7};
  MatrixView<float const, Memory> const input_there{copied.data(), 301, 5, 7};
  Buffer<float> pooled(3 * 6, 0.F);
  auto pooled_there = copy_to(where, pooled);
  pool_items(seq, list, input, MatrixView<float>{pooled.data(), 3, 5, 6}, Pooling::average);
  pool_items(where, there, input_there, MatrixView<float, Memory>{pooled_there.data(), 3, 5, 6}, Pooling::average);
  EXPECT_TRUE(std::ranges::equal(copy_to_host(where, pooled_there), pooled));
  Buffer<float> rows(301 * 8, 0.F);
  auto rows_there = copy_to(where, rows);
  broadcast_items(seq, list, {pooled.data(), 3, 5, 6}, MatrixView<float>{rows.data(), 301, 5, 8});
  broadcast_items(where, there, {pooled_there.data(), 3, 5, 6},
                  MatrixView<float, Memory>{rows_there.data(), 301, 5, 8});
  EXPECT_TRUE(std::ranges::equal(copy_to_host(where, rows_there), rows));
  Buffer<double> moments(10, 0.0);
  auto moments_there = copy_to(where, moments);
  column_moments(seq, input, {moments.data(), 5}, {moments.data() + 5, 5});
  column_moments(where, input_there, {moments_there.data(), 5}, {moments_there.data() + 5, 5});
  EXPECT_TRUE(std::ranges::equal(copy_to_host(where, moments_there), moments));
  layer_norm_rows(where, input_there, {moments_there.data(), 5}, {moments_there.data(), 5}, 1e-3,
                  MatrixView<float, Memory>{rows_there.data(), 301, 5, 8});
  layer_norm_rows(seq, input, {moments.data(), 5}, {moments.data(), 5}, 1e-3,
                  MatrixView<float>{rows.data(), 301, 5, 8});
  EXPECT_TRUE(std::ranges::equal(copy_to_host(where, rows_there), rows));
}

template <class T, class Policy>
void expect_norms(Policy const& where, std::int64_t count, std::int64_t channels) {
  auto input = test::random_tensor<T>(batch<3>(count, 2), channels, 3);
  if (count > 0) input.features()(0, 0) = std::numeric_limits<T>::quiet_NaN();
  auto const scale = test::random_numbers<double>(channels, 4);
  auto const shift = test::random_numbers<double>(channels, 5);
  auto const check = [&](auto norm, auto... activation) {
    norm.template set<double>(scale, shift);
    auto const norm_there = copy_to(where, norm);
    auto const input_there = copy_to(where, input);
    auto result = norm_there(where, input_there, activation...);
    test::expect_waits(where, 0, [&] { result = norm_there(where, input_there, activation...); });
    EXPECT_EQ(norm_there.epsilon(), norm.epsilon());
    EXPECT_TRUE(result.sites().is(input_there.sites()));
    EXPECT_TRUE(same_features(copy_to_host(where, result), norm(seq, input, activation...)));
  };
  check(BatchStatisticsNorm<T>(channels, 1e-3));
  check(BatchStatisticsNorm<T>(channels), leaky_relu(0.25));
  check(LayerNorm<T>(channels, 1e-3));
}

TYPED_TEST(Statistics, NormsHaveTheBitsOfTheHost) {
  auto const& where = TypeParam::policy();
  expect_norms<float>(where, 1500, 17);
  expect_norms<double>(where, 300, 9);
  expect_norms<half>(where, 700, 33);
  expect_norms<bfloat16>(where, 100, 1);
  expect_norms<float>(where, 0, 3);
}

TYPED_TEST(Statistics, ABatchNormActivatesInTheSamePass) {
  auto const& where = TypeParam::policy();
  auto const input = test::random_tensor<float>(batch<2>(90, 2), 5, 3);
  auto const result = copy_to(where, BatchNorm<float>(5))(where, copy_to(where, input), relu);
  EXPECT_TRUE(same_features(copy_to_host(where, result), BatchNorm<float>(5)(seq, input, relu)));
}

TYPED_TEST(Statistics, WhatDoesNotFitIsNamed) {
  auto const& where = TypeParam::policy();
  auto const input = copy_to(where, test::random_tensor<float>(batch<2>(90, 2), 5, 3));
  EXPECT_EQ(message_of<CoordinateError>([&] { return broadcast(where, input, input); }),
            "broadcast: the items have 90 sites for a batch of 6; give one for each batch item, all at position 0, as "
            "GlobalPool does");
  EXPECT_EQ(message_of<ShapeError>([&] { return copy_to(where, LayerNorm<float>(4))(where, input); }),
            "LayerNorm: input has 5 channels, the layer 4; they must be equal");
}

#if !defined(__CUDACC__) && !defined(SPARSECONV_TEST_PTX)
TEST(StatisticsOnEmulatedDevice, KeepNothingDuringACapture) {
  test::EmulatedGpu const where;
  auto const input = copy_to(where, test::random_tensor<float>(batch<2>(90, 2), 5, 3));
  std::string const rest =
      ": the stream is being captured in a CUDA graph, to which all that is built now would belong; run once before "
      "the "
      "capture, so that sites, maps and packed weights are in place";
  where.set_capturing(true);
  EXPECT_EQ(message_of<CudaError>([&] { return item_offsets(where, input.sites()); }), "item_offsets" + rest);
  EXPECT_EQ(message_of<CudaError>([&] { return item_sites(where, input.sites()); }), "item_sites" + rest);
  EXPECT_EQ(input.sites().derived_bytes(), 0);
  where.set_capturing(false);
  auto const expected = copy_to_host(where, broadcast(where, GlobalPool{}(where, input), input));
  where.set_capturing(true);
  auto const captured = broadcast(where, GlobalPool{}(where, input), input);
  where.set_capturing(false);
  EXPECT_TRUE(same_features(copy_to_host(where, captured), expected));
}

TEST(StatisticsOnEmulatedDevice, KeepItemsForEachStreamApart) {
  test::EmulatedGpu const one;
  test::EmulatedGpu const other;
  auto const sites = copy_to(one, batch<2>(90, 2));
  EXPECT_NE(item_offsets(one, sites), item_offsets(other, sites));
  EXPECT_FALSE(item_sites(one, sites).is(item_sites(other, sites)));
}
#endif

}  // namespace
}  // namespace sparseconv::device_statistics_test

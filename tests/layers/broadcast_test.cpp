#include "sparseconv/layers/broadcast.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "sparseconv/tensor/make_sparse_tensor.hpp"
#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::broadcast_test {
namespace {

using test::message_of;

/// Item b has features 10 b, 10 b + 1, ...
template <class T, int D>
SparseTensor<T, D> numbered_items(std::int32_t items, std::int64_t channels) {
  SparseTensor<T, D> tensor(item_sites(seq, SiteSet<D>(Grid<D>{.batch_size = items}, {})), channels);
  for (std::int64_t item = 0; item < items; ++item) {
    for (std::int64_t c = 0; c < channels; ++c) tensor.features()(item, c) = T(static_cast<double>(10 * item + c));
  }
  return tensor;
}

template <class T, int D>
void expect_rows_of_items(std::int64_t count, std::int64_t channels) {
  Grid<D> const grid{.shape = PerAxis<D>(30), .batch_size = 5};
  auto const sites = test::sites_of(grid, test::random_coordinates<D>(test::range_of(grid, {0, 2}), count, 5));
  auto const items = numbered_items<T, D>(5, channels);
  test::for_each_host_policy([&](auto const& where) {
    auto const result = broadcast(where, items, sites);
    EXPECT_TRUE(result.sites().is(sites));
    ASSERT_EQ(result.channels(), channels);
    for (std::int64_t row = 0; row < sites.size(); ++row) {
      for (std::int64_t c = 0; c < channels; ++c) {
        ASSERT_EQ(static_cast<double>(result.features()(row, c)),
                  static_cast<double>(10 * sites.data()[row].batch + c));
      }
    }
  });
}

TEST(Broadcast, GivesEachSiteTheRowOfItsItem) {
  expect_rows_of_items<float, 1>(30, 3);
  expect_rows_of_items<float, 2>(400, 5);
  expect_rows_of_items<double, 3>(3000, 1);
  expect_rows_of_items<half, 3>(300, 9);
  expect_rows_of_items<bfloat16, 4>(300, 3);
}

TEST(Broadcast, TakesATensorOfAnyTypeForItsSites) {
  auto const onto =
      test::random_tensor<half>(test::random_site_set(Grid<2>{.shape = {9, 9}, .batch_size = 2}, 9, 1), 4, 2);
  auto const result = broadcast(seq, numbered_items<float, 2>(2, 3), onto);
  EXPECT_TRUE(result.sites().is(onto.sites()));
  EXPECT_EQ(result.channels(), 3);
}

TEST(Broadcast, TakesNoSitesAndNoItems) {
  EXPECT_EQ(broadcast(seq, numbered_items<float, 2>(3, 2), SiteSet<2>(Grid<2>{.batch_size = 3}, {})).size(), 0);
  EXPECT_EQ(broadcast(cpu, numbered_items<float, 2>(0, 2), SiteSet<2>(Grid<2>{.batch_size = 0}, {})).size(), 0);
}

TEST(Broadcast, RefusesItemsThatAreNotOneForEach) {
  auto const onto = test::random_site_set(Grid<2>{.shape = {9, 9}, .batch_size = 2}, 9, 1);
  EXPECT_EQ(message_of<ShapeError>([&] { return broadcast(seq, numbered_items<float, 2>(3, 1), onto); }),
            "broadcast: the items are of a batch of 3, the sites of a batch of 2; they must be equal");
  auto const message = [&](std::vector<Coordinate<2>> const& list) {
    SparseTensor<float, 2> const items(test::sites_of(Grid<2>{.batch_size = 2}, list), 1);
    return message_of<CoordinateError>([&] { return broadcast(seq, items, onto); });
  };
  std::string const rest = " for a batch of 2; give one for each batch item, all at position 0, as GlobalPool does";
  EXPECT_EQ(message({{0, {0, 0}}}), "broadcast: the items have 1 sites" + rest);
  EXPECT_EQ(message({{0, {0, 0}}, {1, {1, 0}}}), "broadcast: the items have 2 sites" + rest);
  EXPECT_EQ(message({{0, {0, 0}}, {0, {1, 0}}, {1, {0, 0}}}), "broadcast: the items have 3 sites" + rest);
}

}  // namespace
}  // namespace sparseconv::broadcast_test

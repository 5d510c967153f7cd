#include "sparseconv/layers/axis_pool.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <vector>

#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::axis_pool_test {
namespace {

using test::message_of;

TEST(AxisPool, MakesAMapByHand) {
  Grid<3> const grid{.shape = {4, 2, 3}, .batch_size = 2};
  SparseTensor<float, 3> const x(
      test::sites_of(grid, std::vector<Coordinate<3>>{{0, {0, 1, 2}}, {0, {2, 1, 2}}, {0, {3, 0, 0}}, {1, {3, 1, 2}}}),
      1, Buffer<float>(std::span<float const>(std::vector<float>{1, -5, 3, 7})));
  SiteSet<3> const expected =
      test::sites_of(Grid<3>{.shape = {1, 2, 3}, .batch_size = 2},
                     std::vector<Coordinate<3>>{{0, {0, 0, 0}}, {0, {0, 1, 2}}, {1, {0, 1, 2}}});
  test::for_each_host_policy([&](auto const& where) {
    auto const check = [&](Pooling pooling, std::vector<float> const& numbers) {
      auto const map = AxisPool(0, pooling)(where, x);
      EXPECT_EQ(map.grid(), expected.grid());
      auto const sites = map.sites();
      EXPECT_TRUE(std::ranges::equal(sites.coordinates(), expected.coordinates()));
      auto const values = map.features().values();
      EXPECT_EQ(std::vector<float>(values.begin(), values.end()), numbers);
      EXPECT_TRUE(AxisPool(0, pooling)(where, x).sites().is(sites)) << "kept with the input's";
    };
    check(Pooling::max, {3, 1, 7});
    check(Pooling::sum, {3, -4, 7});
    check(Pooling::average, {3, -2, 7});
    check(Pooling::average_over_kernel, {0.75F, -1, 1.75F});
  });
}

/// Against numbers by what is left of a site.
template <class T, int D>
void expect_pooled(SparseTensor<T, D> const& x, double tolerance) {
  for (int axis = 0; axis < D; ++axis) {
    std::map<Coordinate<D>, std::vector<std::vector<double>>> rows;
    auto const inputs = x.sites();
    for (std::int64_t row = 0; row < x.size(); ++row) {
      Coordinate<D> site = inputs.data()[row];
      site.position[static_cast<std::size_t>(axis)] = 0;
      std::vector<double> numbers;
      for (std::int64_t c = 0; c < x.channels(); ++c) numbers.push_back(static_cast<double>(x.features()(row, c)));
      rows[site].push_back(numbers);
    }
    test::for_each_host_policy([&](auto const& where) {
      for (Pooling const pooling : {Pooling::max, Pooling::sum, Pooling::average, Pooling::average_over_kernel}) {
        auto const map = AxisPool(axis, pooling)(where, x);
        auto const sites = map.sites();
        ASSERT_EQ(map.size(), std::ssize(rows));
        ASSERT_EQ(map.channels(), x.channels());
        std::int64_t row = 0;
        for (auto const& [site, all] : rows) {  // in the order of a site set
          ASSERT_EQ(sites.data()[row], site);
          for (std::size_t c = 0; c < static_cast<std::size_t>(x.channels()); ++c) {
            double largest = -std::numeric_limits<double>::infinity();
            double sum = 0;
            for (auto const& numbers : all) {
              largest = std::max(largest, numbers[c]);
              sum += numbers[c];
            }
            double const count = pooling == Pooling::average ? static_cast<double>(all.size())
                                 : pooling == Pooling::sum   ? 1.0
                                                             : static_cast<double>(x.grid().shape[axis]);
            double const expected = pooling == Pooling::max ? largest : sum / count;
            ASSERT_NEAR(static_cast<double>(map.features()(row, static_cast<std::int64_t>(c))), expected, tolerance);
          }
          ++row;
        }
      }
    });
  }
}

TEST(AxisPool, PoolsAlongEachAxis) {
  auto const tensor = [&]<class T, int D>(T, Grid<D> const& grid, std::int64_t sites) {
    return test::random_tensor<T>(test::random_site_set(grid, sites, 1), 3, 2);
  };
  expect_pooled(tensor(1.0F, Grid<1>{.shape = Shape<1>(40), .batch_size = 3}, 50), 1e-5);
  expect_pooled(tensor(1.0, Grid<2>{.shape = {9, 11}, .batch_size = 2}, 90), 1e-13);
  expect_pooled(tensor(1.0F, Grid<3>{.shape = {6, 7, 8}, .batch_size = 2}, 300), 1e-5);
  expect_pooled(tensor(half(1), Grid<3>{.shape = {6, 7, 8}, .batch_size = 2}, 300), 1e-2);
  expect_pooled(tensor(1.0F, Grid<4>{.shape = {3, 4, 5, 4}}, 120), 1e-5);
  expect_pooled(tensor(1.0F, Grid<3>{.shape = {6, 7, 8}, .batch_size = 4}, 0), 0);
  expect_pooled(tensor(1.0F, Grid<3>{.shape = {6, 7, 8}, .batch_size = 40}, 9), 1e-5);  // most items are empty
}

TEST(AxisPool, KeepsNaN) {
  Grid<2> const grid{.shape = {3, 3}};
  float const nan = std::numeric_limits<float>::quiet_NaN();
  SparseTensor<float, 2> const x(
      test::sites_of(grid, std::vector<Coordinate<2>>{{0, {0, 0}}, {0, {1, 0}}, {0, {1, 1}}}), 1,
      Buffer<float>(std::span<float const>(std::vector<float>{nan, 5, 6})));
  SparseTensor<float, 2> const last(x.sites(), 1, Buffer<float>(std::span<float const>(std::vector<float>{5, nan, 6})));
  for (Pooling const pooling : {Pooling::max, Pooling::sum, Pooling::average, Pooling::average_over_kernel}) {
    test::for_each_host_policy([&](auto const& where) {
      for (SparseTensor<float, 2> const* tensor : {&x, &last}) {
        auto const map = AxisPool(0, pooling)(where, *tensor);
        EXPECT_TRUE(std::isnan(map.features()(0, 0)));
        EXPECT_EQ(map.features()(1, 0), pooling == Pooling::average_over_kernel ? 2 : 6);
      }
    });
  }
}

TEST(AxisPool, NeedsAnAxisAndItsExtent) {
  EXPECT_EQ(message_of<ShapeError>([] { return AxisPool(-1).axis(); }),
            "AxisPool: axis is -1; axes count from 0, the slowest first");
  SparseTensor<float, 2> const x(test::random_site_set(Grid<2>{.shape = {3, 3}}, 4, 1), 1);
  EXPECT_EQ(message_of<ShapeError>([&] { return AxisPool(2)(cpu, x).size(); }),
            "AxisPool: axis is 2, and the sites have 2; axes count from 0, the slowest first");
  SparseTensor<float, 2> const open(test::random_site_set(Grid<2>{}, 4, 1), 1);
  EXPECT_EQ(message_of<ShapeError>([&] { return AxisPool(0)(cpu, open).size(); }),
            "AxisPool: the grid has no extents, so no kernel covers an axis of it; give the grid a shape");
}

}  // namespace
}  // namespace sparseconv::axis_pool_test

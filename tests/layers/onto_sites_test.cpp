#include "sparseconv/layers/onto_sites.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "sparseconv/index/intersect_sites.hpp"
#include "sparseconv/index/unite_sites.hpp"
#include "sparseconv/layers/add.hpp"
#include "sparseconv/layers/prune.hpp"
#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::onto_sites_test {
namespace {

TEST(OntoSites, PutsZerosWhereASiteIsNewByHand) {
  Grid<1> const grid{.shape = Shape<1>(9)};
  SparseTensor<float, 1> const input(test::sites_of(grid, std::vector<Coordinate<1>>{{0, {1}}, {0, {4}}, {0, {8}}}), 2,
                                     Buffer<float>(std::span<float const>(std::vector<float>{1, 2, 3, 4, 5, 6})));
  SiteSet<1> const onto = test::sites_of(grid, std::vector<Coordinate<1>>{{0, {0}}, {0, {4}}, {0, {5}}, {0, {8}}});
  test::for_each_host_policy([&](auto const& where) {
    auto const result = onto_sites(where, input, onto);
    EXPECT_TRUE(result.sites().is(onto));
    auto const values = result.features().values();
    EXPECT_EQ(std::vector<float>(values.begin(), values.end()), (std::vector<float>{0, 0, 3, 4, 0, 0, 5, 6}));
  });
}

// Sums on the union and on the intersection, against numbers by site.
template <class T>
void expect_sums() {
  Grid<3> const grid{.shape = {10, 11, 12}, .batch_size = 2};
  auto const a = test::random_tensor<T>(test::random_site_set(grid, 700, 1), 3, 3);
  auto const b = test::random_tensor<T>(test::random_site_set(grid, 500, 2), 3, 4);
  std::map<Coordinate<3>, std::vector<T>> sums;
  std::map<Coordinate<3>, int> times;
  for (SparseTensor<T, 3> const* tensor : {&a, &b}) {
    for (std::int64_t row = 0; row < tensor->size(); ++row) {
      auto const& site = tensor->sites().coordinates()[static_cast<std::size_t>(row)];
      auto& sum = sums.try_emplace(site, std::vector<T>(3, T{})).first->second;
      ++times[site];
      for (std::int64_t c = 0; c < 3; ++c) {
        auto const i = static_cast<std::size_t>(c);
        sum[i] = T(static_cast<Accumulator<T>>(sum[i]) + static_cast<Accumulator<T>>(tensor->features()(row, c)));
      }
    }
  }
  auto const expect = [&](SparseTensor<T, 3> const& result, std::size_t size) {
    ASSERT_EQ(static_cast<std::size_t>(result.size()), size);
    for (std::int64_t row = 0; row < result.size(); ++row) {
      auto const& sum = sums.at(result.sites().coordinates()[static_cast<std::size_t>(row)]);
      for (std::int64_t c = 0; c < 3; ++c) ASSERT_EQ(result.features()(row, c), sum[static_cast<std::size_t>(c)]);
    }
  };
  std::size_t in_both = 0;
  for (auto const& [site, count] : times) in_both += count == 2;
  ASSERT_GT(in_both, 0U);
  test::for_each_host_policy([&](auto const& where) {
    SiteSet<3> const united = unite_sites(where, a.sites(), b.sites());
    expect(add(where, onto_sites(where, a, united), onto_sites(where, b, united)), sums.size());
    auto const common = intersect_sites(where, a.sites(), b.sites());
    expect(add(where, prune(where, a, common), onto_sites(where, b, common.sites)), in_both);
  });
}

TEST(OntoSites, JoinsTensorsOnDifferentSites) {
  expect_sums<float>();
  expect_sums<double>();
  expect_sums<half>();
  expect_sums<bfloat16>();
}

TEST(OntoSites, OfNothingAreZeros) {
  Grid<2> const grid{.shape = {5, 6}};
  SparseTensor<float, 2> const nothing(test::random_site_set(grid, 0, 1), 4);
  SiteSet<2> const sites = test::random_site_set(grid, 10, 1);
  test::for_each_host_policy([&](auto const& where) {
    auto const result = onto_sites(where, nothing, sites);
    for (float const number : result.features().values()) EXPECT_EQ(number, 0);
    EXPECT_EQ(onto_sites(where, result, nothing.sites()).channels(), 4);
  });
}

TEST(OntoSites, TakesOneGrid) {
  SparseTensor<float, 2> const input(test::random_site_set(Grid<2>{.shape = {5, 6}}, 10, 1), 1);
  SiteSet<2> const sites = test::random_site_set(Grid<2>{.shape = {5, 7}}, 10, 1);
  EXPECT_EQ(test::message_of<ShapeError>([&] { return onto_sites(cpu, input, sites).size(); }),
            "onto_sites: the first sites lie on a grid of shape 5 x 6 and batch_size 1, the others on shape 5 x 7 and "
            "batch_size 1; make both on one grid");
}

}  // namespace
}  // namespace sparseconv::onto_sites_test

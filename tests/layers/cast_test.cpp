#include "sparseconv/layers/cast.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "layers/layer_oracle.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::cast_test {
namespace {

template <class Where>
class Cast : public ::testing::Test {};
TYPED_TEST_SUITE(Cast, test::Policies);

TYPED_TEST(Cast, RoundsByHandAndKeepsTheSites) {
  auto const sites = test::sites_of<2>({.shape = {4, 4}}, {{0, {1, 2}}, {0, {3, 0}}});
  SparseTensor<double, 2> const input(
      sites, 2, Buffer<double>(std::span<double const>(std::array<double, 4>{1 + 0x1p-11 + 0x1p-40, -2, 0.1, 1e6})));
  auto const& where = TypeParam::policy();
  SparseTensor<half, 2> const narrow = cast<half>(where, input);
  EXPECT_TRUE(narrow.sites().is(sites));
  EXPECT_EQ(test::features_of(narrow),
            (std::vector<half>{half(1 + 0x1p-10F), half(-2.F), half(0.0999755859375F), half(1e6F)}));
  SparseTensor<float, 2> const wider = cast<float>(where, narrow);
  EXPECT_EQ(test::features_of(wider), (std::vector<float>{1 + 0x1p-10F, -2, 0.0999755859375F, INFINITY}));
  EXPECT_EQ(sites.derived_bytes(), 0);
}

TYPED_TEST(Cast, OfTheSameTypeIsACopy) {
  auto const input = test::random_tensor<bfloat16>(test::random_site_set<3>({.shape = {9, 9, 9}}, 70, 1), 5, 2);
  auto const copy = cast<bfloat16>(TypeParam::policy(), input);
  test::expect_same_tensor(copy, input);
  EXPECT_NE(copy.features().data, input.features().data);
}

template <class From, class To, int D>
void expect_round_trip(Grid<D> const& grid) {
  auto const input = test::random_tensor<From>(test::random_site_set(grid, 40, 1), 3, 2);
  test::for_each_host_policy([&](auto const& where) {
    auto const there = cast<To>(where, input);
    test::expect_same_tensor(there, cast<To>(seq, input));
    test::expect_same_tensor(cast<From>(where, there), input);  // To holds all that From does
  });
}

TEST(CastOf, SitesOfAnyDimensionGoesToAWiderTypeAndBack) {
  expect_round_trip<half, float>(Grid<1>{.shape = {100}});
  expect_round_trip<bfloat16, float>(Grid<2>{.shape = {10, 11}});
  expect_round_trip<half, double>(Grid<3>{.shape = {5, 5, 5}});
  expect_round_trip<float, double>(Grid<4>{.shape = {4, 4, 4, 4}});
  expect_round_trip<bfloat16, double>(Grid<2>{.shape = {10, 11}});
}

TYPED_TEST(Cast, TakesATensorWithoutSitesOrChannels) {
  auto const& where = TypeParam::policy();
  EXPECT_EQ(cast<half>(where, SparseTensor<float, 3>(SiteSet<3>{}, 7)).channels(), 7);
  auto const sites = test::random_site_set<2>({.shape = {9, 9}}, 5, 1);
  EXPECT_EQ(cast<half>(where, SparseTensor<float, 2>(sites, 0)).size(), 5);
}

}  // namespace
}  // namespace sparseconv::cast_test

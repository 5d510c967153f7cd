#include "sparseconv/index/scale_sites.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"
#include "support/same_index.hpp"

namespace sparseconv::scale_sites_test {
namespace {

using test::message_of;

TEST(ScaleSites, ScalesByHand) {
  SiteSet<2> const sites =
      test::sites_of(Grid<2>{.shape = {3, 3}, .batch_size = 2}, std::vector<Coordinate<2>>{{0, {0, 2}}, {1, {2, 1}}});
  Grid<2> const fine{.shape = {5, 7}, .batch_size = 2};
  SiteSet<2> const expected = test::sites_of(fine, std::vector<Coordinate<2>>{{0, {0, 6}}, {1, {4, 3}}});
  test::for_each_host_policy([&](auto const& where) {
    EXPECT_TRUE(test::same_sites(scale_sites(where, sites, {2, 3}, fine), expected));
  });
}

template <int D>
void expect_scaled(SiteSet<D> const& sites, PerAxis<D> const& factor, Grid<D> const& grid) {
  std::vector<Coordinate<D>> list;
  for (Coordinate<D> site : sites.coordinates()) {
    for (int axis = 0; axis < D; ++axis) site.position[static_cast<std::size_t>(axis)] *= factor[axis];
    list.push_back(site);
  }
  SiteSet<D> const expected = test::sites_of(grid, list);  // which sorts: the order is that of the sites
  test::for_each_host_policy([&](auto const& where) {
    SiteSet<D> const scaled = scale_sites(where, sites, factor, grid);
    ASSERT_TRUE(test::same_sites(scaled, expected));
    ASSERT_TRUE(std::ranges::equal(scaled.coordinates(), list));
  });
}

TEST(ScaleSites, ScalesMany) {
  Grid<3> const rooms{.shape = {30, 40, 50}, .batch_size = 3};
  expect_scaled<3>(test::random_site_set(rooms, 9001, 1), {1, 2, 4}, {.shape = {30, 80, 200}, .batch_size = 3});
  expect_scaled<3>(test::random_site_set(rooms, 1, 1), 2, {.shape = {60, 80, 100}, .batch_size = 4});
  expect_scaled<3>(test::random_site_set(rooms, 0, 1), 2, {.shape = {1, 1, 1}, .batch_size = 0});
  SiteSet<1> const open = test::sites_of(Grid<1>{}, test::random_coordinates<1>({{-90}, {90}, {0}}, 50, 1));
  expect_scaled<1>(open, 7, Grid<1>{});
}

TEST(ScaleSites, ReachesTheEndsOf32BitsAndNoFurther) {
  constexpr std::int32_t lowest = std::numeric_limits<std::int32_t>::min();
  SiteSet<1> const ends =
      test::sites_of(Grid<1>{}, std::vector<Coordinate<1>>{{0, {lowest / 2}}, {0, {(1 << 30) - 1}}});
  EXPECT_EQ(scale_sites(cpu, ends, 2, {}).bounding_box().low[1], lowest);
  SiteSet<1> const beyond = test::sites_of(Grid<1>{}, std::vector<Coordinate<1>>{{0, {-3}}, {0, {1 << 30}}});
  EXPECT_EQ(message_of<CoordinateError>([&] { return scale_sites(cpu, beyond, 2, {}).size(); }),
            "scale_sites: sites from (batch 0; -3) to (batch 0; 1073741824), times 2, lie outside the grid (shape "
            "unbounded, batch_size 1) or beyond 32 bits; give the grid of the finer sites, or a smaller factor");
  EXPECT_THROW((void)scale_sites(cpu, ends, std::numeric_limits<std::int32_t>::max(), {}), CoordinateError);
}

TEST(ScaleSites, RefusesWhatDoesNotFit) {
  SiteSet<2> const sites =
      test::sites_of(Grid<2>{.shape = {9, 9}, .batch_size = 2}, std::vector<Coordinate<2>>{{0, {1, 2}}, {1, {8, 1}}});
  EXPECT_EQ(message_of<CoordinateError>([&] {
              return scale_sites(cpu, sites, 2, {.shape = {16, 9}, .batch_size = 2}).size();
            }),
            "scale_sites: sites from (batch 0; 1, 1) to (batch 1; 8, 2), times 2 x 2, lie outside the grid (shape 16 x "
            "9, batch_size 2) or beyond 32 bits; give the grid of the finer sites, or a smaller factor");
  EXPECT_THROW((void)scale_sites(cpu, sites, 1, {.shape = {9, 9}, .batch_size = 1}), CoordinateError);
  EXPECT_EQ(message_of<ShapeError>([&] {
              return scale_sites(cpu, sites, {2, 0}, {}).size();
            }),
            "scale_sites: factor is 2 x 0; every factor must be at least 1");
  EXPECT_THROW((void)scale_sites(cpu, sites, 1, {.shape = {0, 9}}), ShapeError);
}

TEST(ScaleSites, AreKeptByFactorAndGrid) {
  SiteSet<2> sites = test::random_site_set(Grid<2>{.shape = {9, 9}}, 30, 1);
  Grid<2> const fine{.shape = {18, 18}};
  SiteSet<2> const kept = cached_scaled_sites(cpu, sites, 2, fine);
  EXPECT_TRUE(cached_scaled_sites(cpu, sites, {2, 2}, fine).is(kept));
  EXPECT_FALSE(cached_scaled_sites(cpu, sites, 2, {.shape = {18, 19}}).is(kept));
  EXPECT_FALSE(cached_scaled_sites(cpu, sites, {2, 1}, fine).is(kept));
  EXPECT_EQ(sites.derived_bytes(), 3 * sites.bytes());
  sites.release_derived();
  EXPECT_EQ(sites.derived_bytes(), 0);
  EXPECT_FALSE(cached_scaled_sites(cpu, sites, 2, fine).is(kept));
  // A set that kept itself, in any number of steps, would never end.
  std::weak_ptr<void const> identity;
  {
    SiteSet<2> const own = test::random_site_set(Grid<2>{.shape = {9, 9}}, 30, 1);
    SiteSet<2> const same = cached_scaled_sites(cpu, own, 1, own.grid());
    EXPECT_FALSE(same.is(own));
    identity = own.identity();
  }
  EXPECT_TRUE(identity.expired());
  SiteSet<2> const taken = std::move(sites);
  EXPECT_THROW((void)cached_scaled_sites(cpu, sites, 2, fine), ShapeError);  // NOLINT: what is tested
}

}  // namespace
}  // namespace sparseconv::scale_sites_test

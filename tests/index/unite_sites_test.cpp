#include "sparseconv/index/unite_sites.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <vector>

#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"
#include "support/same_index.hpp"

namespace sparseconv::unite_sites_test {
namespace {

TEST(UniteSites, UnitesByHand) {
  Grid<2> const grid{.shape = {5, 9}, .batch_size = 2};
  SiteSet<2> const a = test::sites_of(grid, std::vector<Coordinate<2>>{{0, {0, 8}}, {0, {3, 1}}, {1, {2, 2}}});
  SiteSet<2> const b = test::sites_of(grid, std::vector<Coordinate<2>>{{0, {0, 0}}, {0, {3, 1}}, {1, {4, 4}}});
  SiteSet<2> const expected =
      test::sites_of(grid, std::vector<Coordinate<2>>{{0, {0, 0}}, {0, {0, 8}}, {0, {3, 1}}, {1, {2, 2}}, {1, {4, 4}}});
  test::for_each_host_policy([&](auto const& where) {
    EXPECT_TRUE(test::same_sites(unite_sites(where, a, b), expected));
    EXPECT_TRUE(test::same_sites(unite_sites(where, b, a), expected));
    EXPECT_FALSE(unite_sites(where, a, a).is(a));
    EXPECT_TRUE(test::same_sites(unite_sites(where, a, a), a));
  });
}

/// The union as a std::set has it.
template <int D>
void expect_union(SiteSet<D> const& a, SiteSet<D> const& b) {
  std::set<Coordinate<D>> all(a.coordinates().begin(), a.coordinates().end());
  all.insert(b.coordinates().begin(), b.coordinates().end());
  SiteSet<D> const expected = test::sites_of(a.grid(), std::vector<Coordinate<D>>(all.begin(), all.end()));
  test::for_each_host_policy([&](auto const& where) {
    ASSERT_TRUE(test::same_sites(unite_sites(where, a, b), expected));
    ASSERT_TRUE(test::same_sites(unite_sites(where, b, a), expected));
  });
}

TEST(UniteSites, UnitesMany) {
  Grid<3> const rooms{.shape = {30, 40, 50}, .batch_size = 3};
  SiteSet<3> const many = test::random_site_set(rooms, 20001, 1);
  expect_union(many, test::random_site_set(rooms, 9001, 2));
  expect_union(many, many);  // also where stretches begin
  expect_union(many, test::random_site_set(rooms, 1, 3));
  expect_union(many, test::random_site_set(rooms, 0, 3));
  expect_union(test::random_site_set(rooms, 0, 1), test::random_site_set(rooms, 0, 3));
  // All of one list lies before, behind or between the sites of the other.
  auto const in_items = [&](std::vector<std::int64_t> const& items) {
    return test::sites_of(rooms, test::random_coordinates<3>({{0, 0, 0}, {29, 39, 49}, items}, 9000, 4));
  };
  expect_union(in_items({0}), in_items({1}));
  expect_union(in_items({0, 2}), in_items({1}));
  expect_union(test::sites_of(Grid<1>{}, test::random_coordinates<1>({{-90}, {90}, {0}}, 50, 1)),
               test::sites_of(Grid<1>{}, test::random_coordinates<1>({{0}, {200}, {0}}, 50, 2)));
}

TEST(UniteSites, TakesOneGrid) {
  SiteSet<2> const a = test::random_site_set(Grid<2>{.shape = {20, 20}}, 50, 1);
  SiteSet<2> const b = test::random_site_set(Grid<2>{.shape = {20, 21}, .batch_size = 2}, 50, 1);
  test::for_each_host_policy([&](auto const& where) {
    EXPECT_EQ(test::message_of<ShapeError>([&] { return unite_sites(where, a, b).size(); }),
              "unite_sites: the first sites lie on a grid of shape 20 x 20 and batch_size 1, the others on shape 20 x "
              "21 and batch_size 2; make both on one grid");
  });
}

}  // namespace
}  // namespace sparseconv::unite_sites_test

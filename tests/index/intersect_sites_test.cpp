#include "sparseconv/index/intersect_sites.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"
#include "support/same_index.hpp"

namespace sparseconv::intersect_sites_test {
namespace {

/// What both have, and its rows in the first, by a look at each.
template <int D>
void expect_intersection(SiteSet<D> const& a, SiteSet<D> const& b) {
  std::vector<Coordinate<D>> both;
  std::vector<Row> rows;
  std::vector<Row> matching;
  for (Row row = 0; row < a.size(); ++row) {
    Coordinate<D> const site = a.coordinates()[static_cast<std::size_t>(row)];
    auto const there = std::ranges::find(b.coordinates(), site);
    bool const is_there = there != b.coordinates().end();
    matching.push_back(is_there ? static_cast<Row>(there - b.coordinates().begin()) : no_row);
    if (!is_there) continue;
    both.push_back(site);
    rows.push_back(row);
  }
  SiteSet<D> const expected = test::sites_of(a.grid(), both);
  test::for_each_host_policy([&](auto const& where) {
    auto const found = intersect_sites(where, a, b);
    ASSERT_TRUE(found.of.is(a));
    ASSERT_TRUE(test::same_sites(found.sites, expected));
    ASSERT_EQ(test::list_of(found.rows.data(), found.rows.size()), rows);
    auto const matched = matching_rows(where, a, b);
    ASSERT_EQ(test::list_of(matched.data(), matched.size()), matching);
  });
}

TEST(IntersectSites, FindsWhatBothHave) {
  Grid<2> const grid{.shape = {50, 60}, .batch_size = 2};
  SiteSet<2> const a = test::random_site_set(grid, 1000, 1);
  expect_intersection(a, test::random_site_set(grid, 700, 2));
  expect_intersection(a, a);
  expect_intersection(a, test::random_site_set(grid, 0, 2));
  expect_intersection(test::random_site_set(grid, 0, 2), a);
  expect_intersection(test::sites_of(Grid<1>{}, test::random_coordinates<1>({{-90}, {90}, {0}}, 50, 1)),
                      test::sites_of(Grid<1>{}, test::random_coordinates<1>({{0}, {200}, {0}}, 50, 2)));
}

TEST(IntersectSites, TakesOneGrid) {
  SiteSet<2> const a = test::random_site_set(Grid<2>{.shape = {20, 20}}, 50, 1);
  SiteSet<2> const b = test::random_site_set(Grid<2>{.shape = {20, 21}}, 50, 1);
  EXPECT_EQ(test::message_of<ShapeError>([&] { return intersect_sites(cpu, a, b).sites.size(); }),
            "intersect_sites: the first sites lie on a grid of shape 20 x 20 and batch_size 1, the others on shape 20 "
            "x 21 and batch_size 1; make both on one grid");
  EXPECT_EQ(test::message_of<ShapeError>([&] { return matching_rows(cpu, b, a).size(); }),
            "matching_rows: the first sites lie on a grid of shape 20 x 21 and batch_size 1, the others on shape 20 x "
            "20 and batch_size 1; make both on one grid");
}

}  // namespace
}  // namespace sparseconv::intersect_sites_test

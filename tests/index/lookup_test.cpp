#include "sparseconv/index/lookup.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "support/random_sites.hpp"

namespace sparseconv::lookup_test {
namespace {

TEST(Lookup, IsSortedOrHash) {
  EXPECT_TRUE(is_lookup<lookup::Sorted>);
  EXPECT_TRUE(is_lookup<lookup::Hash>);
  EXPECT_FALSE(is_lookup<int>);
}

TEST(Lookup, BisectsToEverySiteAndToNothingElse) {
  Grid<2> const grid{.shape = {8, 9}, .batch_size = 2};
  SiteSet<2> const sites = test::random_site_set(grid, 40, 1);
  std::int64_t found = 0;
  for (std::int64_t b = -1; b <= 2; ++b) {
    for (std::int64_t y = -1; y <= 8; ++y) {
      for (std::int64_t x = -1; x <= 9; ++x) {
        Row const row = find_by_bisection(sites, {b, y, x});
        ASSERT_EQ((SortedSites<2>{sites.data(), sites.size()}.line({b, y, 1 << 20}).find(x)), row);
        if (row == no_row) continue;
        ASSERT_EQ(widen(sites.coordinates()[static_cast<std::size_t>(row)]), (WideCoordinate<2>{b, y, x}));
        ++found;
      }
    }
  }
  EXPECT_EQ(found, sites.size());
}

TEST(Lookup, DoesNotWrapWideCoordinates) {
  SiteSet<1> const sites = test::sites_of(Grid<1>{}, std::vector<Coordinate<1>>{{0, {0}}, {0, {5}}});
  EXPECT_EQ(find_by_bisection(sites, {0, 5}), 1);
  EXPECT_EQ(find_by_bisection(sites, {0, (std::int64_t{1} << 32) + 5}), no_row);
  EXPECT_EQ(find_by_bisection(sites, {std::int64_t{1} << 32, 5}), no_row);
  EXPECT_EQ(find_by_bisection(SiteSet<1>(), {0, 5}), no_row);
}

}  // namespace
}  // namespace sparseconv::lookup_test

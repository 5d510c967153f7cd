// Of the rows themselves intersect_sites_test has the tests; here is what is kept of them.
#include "sparseconv/index/matching_rows.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::matching_rows_test {
namespace {

constexpr Grid<2> room{.shape = {19, 23}, .batch_size = 2};

TEST(CachedMatchingRows, AreKeptWithTheSitesWhileTheOtherSetLives) {
  SiteSet<2> const sites = test::random_site_set(room, 100, 1);
  std::weak_ptr<Buffer<Row> const> rows;
  {
    SiteSet<2> const other = test::random_site_set(room, 100, 2);
    auto const kept = cached_matching_rows(cpu, sites, other);
    EXPECT_TRUE(std::ranges::equal(*kept, matching_rows(cpu, sites, other)));
    EXPECT_EQ(cached_matching_rows(cpu, sites, other), kept);
    EXPECT_NE(cached_matching_rows(cpu, sites, test::random_site_set(room, 100, 2)), kept);
    EXPECT_GE(sites.derived_bytes(), kept->bytes());
    rows = kept;
  }
  (void)cached_matching_rows(cpu, sites, sites);
  EXPECT_TRUE(rows.expired());
  sites.release_derived();
  EXPECT_EQ(sites.derived_bytes(), 0);
}

// A site of stride 1 is its own parent, and parents may not be missing: rows of both kinds are kept apart.
TEST(CachedMatchingRows, AreNoRowsOfParents) {
  SiteSet<2> const sites = test::random_site_set(room, 100, 1);
  SiteSet<2> const other = test::random_site_set(room, 10, 2);
  (void)cached_matching_rows(cpu, sites, other);
  EXPECT_THROW((void)cached_parent_rows(cpu, sites, other, 1), CoordinateError);
  EXPECT_EQ(cached_parent_rows(cpu, sites, sites, 1)->size(), sites.size());
}

TEST(CachedMatchingRows, RefuseOtherGridsAndSetsThatWereMovedFrom) {
  SiteSet<2> sites = test::random_site_set(room, 100, 1);
  SiteSet<2> const open = test::random_site_set(Grid<2>{}, 100, 1);
  EXPECT_THROW((void)cached_matching_rows(cpu, sites, open), ShapeError);
  SiteSet<2> const taken = std::move(sites);
  EXPECT_THROW((void)cached_matching_rows(cpu, sites, taken), ShapeError);  // NOLINT: what is tested
}

}  // namespace
}  // namespace sparseconv::matching_rows_test

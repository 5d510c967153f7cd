#include "sparseconv/tensor/same_sites.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "sparseconv/tensor/copy_to.hpp"
#include "support/emulated_gpu.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::same_sites_test {
namespace {

Grid<2> const grid{.shape = {5, 5}};
std::vector<Coordinate<2>> const list{{0, {1, 2}}, {0, {3, 4}}};

/// Calls check(set, other, whether they have the same sites).
template <class Check>
void for_each_pair(Check const& check) {
  SiteSet<2> const set = test::sites_of(grid, list);
  check(set, set, true);
  check(set, test::sites_of(grid, list), true);
  check(set, test::sites_of(grid, std::vector<Coordinate<2>>{{0, {1, 2}}, {0, {3, 3}}}), false);
  check(set, test::sites_of(grid, std::vector<Coordinate<2>>{{0, {1, 2}}}), false);
  check(set, test::sites_of(Grid<2>{.shape = {5, 6}}, list), false);
  check(set, test::sites_of(Grid<2>{}, list), false);
  check(SiteSet<2>(), SiteSet<2>(), true);
}

TEST(SameSites, ComparesListsAndGridsAndNotIdentity) {
  for_each_pair([](SiteSet<2> const& a, SiteSet<2> const& b, bool same) {
    EXPECT_EQ(same_sites(seq, a, b), same);
    EXPECT_EQ(same_sites(cpu, b, a), same);
  });
}

TEST(SameSites, ComparesThoseOfADeviceToo) {
  test::EmulatedGpu const where;
  for_each_pair([&](SiteSet<2> const& a, SiteSet<2> const& b, bool same) {
    EXPECT_EQ(same_sites(where, copy_to(where, a), copy_to(where, b)), same);
  });
}

TEST(SameSites, OfSetsThatWereMovedFromAreNone) {
  SiteSet<2> set = test::sites_of(grid, list);
  SiteSet<2> const taken = std::move(set);
  EXPECT_FALSE(same_sites(seq, set, taken));  // NOLINT: what is tested
  EXPECT_TRUE(same_sites(seq, set, set));
}

}  // namespace
}  // namespace sparseconv::same_sites_test

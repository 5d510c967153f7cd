#include "sparseconv/tensor/item_sites.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::item_sites_test {
namespace {

template <int D>
void expect_one_site_for_each_item(std::int32_t items) {
  Grid<D> const grid{.batch_size = items};
  test::for_each_host_policy([&](auto const& where) {
    SiteSet<D> const input(grid, {});
    SiteSet<D> const sites = item_sites(where, input);
    EXPECT_EQ(sites.grid(), (Grid<D>{.shape = PerAxis<D>(1), .batch_size = items}));
    ASSERT_EQ(sites.size(), items);
    for (std::int32_t item = 0; item < items; ++item) {
      EXPECT_EQ(sites.data()[item], (Coordinate<D>{.batch = item})) << item;
    }
    // The maker's word is that of who looks at the list.
    SiteSet<D> const checked(sites.grid(), Buffer<Coordinate<D>>(sites.coordinates()));
    EXPECT_EQ(sites.bounding_box().low, checked.bounding_box().low);
    EXPECT_EQ(sites.bounding_box().high, checked.bounding_box().high);
    EXPECT_TRUE(are_item_sites(sites));
    EXPECT_TRUE(are_item_sites(checked));
  });
}

TEST(ItemSites, AreOneForEachItem) {
  expect_one_site_for_each_item<1>(3);
  expect_one_site_for_each_item<2>(1);
  expect_one_site_for_each_item<3>(0);
  expect_one_site_for_each_item<3>(9);
  expect_one_site_for_each_item<4>(2);
}

TEST(ItemSites, AreKeptWithTheSetAndCounted) {
  SiteSet<2> const input(Grid<2>{.shape = {4, 4}, .batch_size = 3}, {});
  SiteSet<2> const sites = item_sites(seq, input);
  EXPECT_TRUE(item_sites(test::OnCpu<3>::policy(), input).is(sites));
  EXPECT_EQ(input.derived_bytes(), 3 * 12);
  (void)item_sites(seq, sites);
  EXPECT_EQ(input.derived_bytes(), 2 * 3 * 12) << "what the kept sites keep counts too";
  input.release_derived();
  EXPECT_EQ(input.derived_bytes(), 0);
  EXPECT_FALSE(item_sites(seq, input).is(sites));
}

TEST(ItemSites, AreToldFromOthers) {
  auto const is = [](std::int32_t items, std::vector<Coordinate<2>> const& list) {
    return are_item_sites(test::sites_of(Grid<2>{.batch_size = items}, list));
  };
  EXPECT_TRUE(is(2, {{0, {0, 0}}, {1, {0, 0}}}));
  EXPECT_TRUE(is(0, {}));
  EXPECT_FALSE(is(3, {{0, {0, 0}}, {1, {0, 0}}})) << "one is missing";
  EXPECT_FALSE(is(2, {{0, {0, 0}}, {1, {0, 1}}})) << "one lies elsewhere";
  EXPECT_FALSE(is(2, {{0, {0, 0}}, {0, {0, 1}}})) << "an item has two";
  EXPECT_FALSE(is(1, {{0, {-1, 0}}}));
  EXPECT_FALSE(is(1, {}));
}

}  // namespace
}  // namespace sparseconv::item_sites_test

#include "sparseconv/index/select_sites.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <span>
#include <vector>

#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_numbers.hpp"
#include "support/random_sites.hpp"
#include "support/same_index.hpp"

namespace sparseconv::select_sites_test {
namespace {

using Mask = std::vector<std::uint8_t>;

TEST(SelectSites, TakesTheMarkedOnesByHand) {
  Grid<2> const grid{.shape = {5, 9}, .batch_size = 2};
  SiteSet<2> const sites =
      test::sites_of(grid, std::vector<Coordinate<2>>{{0, {0, 8}}, {0, {3, 1}}, {0, {4, 4}}, {1, {2, 2}}});
  test::for_each_host_policy([&](auto const& where) {
    auto const selected = select_sites(where, sites, Mask{0, 1, 0, 255});
    EXPECT_TRUE(selected.of.is(sites));
    EXPECT_TRUE(
        test::same_sites(selected.sites, test::sites_of(grid, std::vector<Coordinate<2>>{{0, {3, 1}}, {1, {2, 2}}})));
    EXPECT_EQ(test::list_of(selected.rows.data(), selected.rows.size()), (std::vector<Row>{1, 3}));
  });
}

/// The sites of a mask, gone through one by one; what SiteSet itself checks and measures is not the code under test.
template <int D>
void expect_selected(SiteSet<D> const& sites, Mask const& mask) {
  std::vector<Coordinate<D>> kept;
  std::vector<Row> rows;
  for (std::size_t row = 0; row < mask.size(); ++row) {
    if (mask[row] == 0) continue;
    kept.push_back(sites.coordinates()[row]);
    rows.push_back(static_cast<Row>(row));
  }
  SiteSet<D> const expected = test::sites_of(sites.grid(), kept);
  test::for_each_host_policy([&](auto const& where) {
    auto const selected = select_sites(where, sites, mask);
    ASSERT_TRUE(test::same_sites(selected.sites, expected));
    ASSERT_EQ(test::list_of(selected.rows.data(), selected.rows.size()), rows);
    ASSERT_FALSE(selected.sites.is(select_sites(where, sites, mask).sites)) << "each call makes a new set";
  });
}

TEST(SelectSites, TakesTheMarkedOnesOfMany) {
  test::RandomNumbers random(5);
  auto const mask_of = [&](std::int64_t size, int share) {
    Mask mask;
    for (std::int64_t i = 0; i < size; ++i) mask.push_back(random.between(0, 99) < share ? 1 : 0);
    return mask;
  };
  for (int const share : {0, 1, 50, 99, 100}) {
    SiteSet<3> const rooms = test::random_site_set(Grid<3>{.shape = {30, 40, 50}, .batch_size = 3}, 9001, 1);
    expect_selected(rooms, mask_of(rooms.size(), share));
    SiteSet<1> const line = test::random_site_set(Grid<1>{.shape = Shape<1>(300)}, 120, 2);
    expect_selected(line, mask_of(line.size(), share));
    SiteSet<4> const unbounded =
        test::sites_of(Grid<4>{}, test::random_coordinates<4>({{-9, -9, -9, -9}, {9, 9, 9, 9}, {0}}, 700, 3));
    expect_selected(unbounded, mask_of(unbounded.size(), share));
  }
}

TEST(SelectSites, OfNoSitesAreNone) {
  Grid<3> const grid{.shape = {4, 5, 6}, .batch_size = 2};
  expect_selected(test::sites_of(grid, std::vector<Coordinate<3>>{}), Mask{});
}

TEST(SelectSites, OutlivesTheSetThatItCameFrom) {
  auto selected = [] {
    SiteSet<2> const sites = test::random_site_set(Grid<2>{.shape = {20, 20}}, 50, 1);
    return select_sites(seq, sites, Mask(static_cast<std::size_t>(sites.size()), 1));
  }();
  EXPECT_EQ(selected.of.size(), 50);
  selected.of = {};
  EXPECT_EQ(selected.sites.size(), 50);
}

TEST(SelectSites, AsksForAMarkForEachSite) {
  SiteSet<2> const sites = test::random_site_set(Grid<2>{.shape = {20, 20}}, 50, 1);
  test::for_each_host_policy([&](auto const& where) {
    EXPECT_EQ(test::message_of<ShapeError>([&] { return select_sites(where, sites, Mask(49)).sites.size(); }),
              "select_sites: the mask has 49 marks for 50 sites; give one for each");
    EXPECT_EQ(test::message_of<ShapeError>([&] { return select_sites(where, sites, Mask{}).sites.size(); }),
              "select_sites: the mask has 0 marks for 50 sites; give one for each");
    std::span<std::uint8_t const> const nothing(static_cast<std::uint8_t const*>(nullptr), 50);
    EXPECT_EQ(test::message_of<ShapeError>([&] { return select_sites(where, sites, nothing).sites.size(); }),
              "select_sites: the mask's list of 50 has no data; give the address of its first element");
  });
}

}  // namespace
}  // namespace sparseconv::select_sites_test

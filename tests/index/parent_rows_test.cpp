#include "sparseconv/index/parent_rows.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <vector>

#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::parent_rows_test {
namespace {

template <int D>
std::vector<Row> rows_of(Buffer<Row> const& rows) {
  return {rows.begin(), rows.end()};
}

// Cells of 2 along a line: -3 and -1 lie in -2 and -1, 0 and 1 in 0, 5 in 2.
TEST(ParentRows, AreRightByHand) {
  SiteSet<1> const children =
      test::sites_of(Grid<1>{}, std::vector<Coordinate<1>>{{0, {-3}}, {0, {-1}}, {0, {0}}, {0, {1}}, {0, {5}}});
  SiteSet<1> const parents =
      test::sites_of(Grid<1>{}, std::vector<Coordinate<1>>{{0, {-2}}, {0, {-1}}, {0, {0}}, {0, {1}}, {0, {2}}});
  test::for_each_host_policy([&](auto const& where) {
    EXPECT_EQ(rows_of<1>(parent_rows(where, children, parents)), (std::vector<Row>{0, 1, 2, 2, 4}));
  });
}

/// Against a map from cells to rows, with a division of its own.
template <int D>
void expect_rows(SiteSet<D> const& children, PerAxis<D> const& stride, std::uint32_t seed) {
  auto const cell_of = [&](Coordinate<D> const& child) {
    Coordinate<D> cell = child;
    for (int axis = 0; axis < D; ++axis) {
      auto const a = static_cast<std::size_t>(axis);
      cell.position[a] = static_cast<std::int32_t>(std::floor(static_cast<double>(child.position[a]) / stride[axis]));
    }
    return cell;
  };
  std::map<Coordinate<D>, Row> rows;
  for (Coordinate<D> const& child : children.coordinates()) rows[cell_of(child)] = 0;
  // And some that are nobody's.
  for (Coordinate<D> const& other : test::random_coordinates<D>(
           {test::Indices(static_cast<std::size_t>(D), -60), test::Indices(static_cast<std::size_t>(D), 60), {0, 1}},
           50, seed)) {
    rows[other] = 0;
  }
  std::vector<Coordinate<D>> list;
  for (auto& [cell, row] : rows) {
    row = static_cast<Row>(list.size());
    list.push_back(cell);
  }
  SiteSet<D> const parents = test::sites_of(Grid<D>{.shape = {}, .batch_size = 3}, list);
  std::vector<Row> expected;
  for (Coordinate<D> const& child : children.coordinates()) expected.push_back(rows.at(cell_of(child)));
  test::for_each_host_policy(
      [&](auto const& where) { EXPECT_EQ(rows_of<D>(parent_rows(where, children, parents, stride)), expected); });
}

template <int D>
void expect_rows_of_random_sites(std::int64_t count, std::int64_t reach) {
  test::SiteRange const range{
      test::Indices(static_cast<std::size_t>(D), -reach), test::Indices(static_cast<std::size_t>(D), reach), {0, 2}};
  SiteSet<D> const children = test::sites_of(Grid<D>{.shape = {}, .batch_size = 3},
                                             test::random_coordinates<D>(range, count, static_cast<std::uint32_t>(D)));
  PerAxis<D> uneven = 1;
  for (int axis = 0; axis < D; ++axis) uneven[axis] = 5 - axis;
  expect_rows<D>(children, 2, 1);
  expect_rows<D>(children, 1, 2);
  expect_rows<D>(children, 7, 3);
  expect_rows<D>(children, uneven, 4);
}

TEST(ParentRows, AreThoseOfAMapInEveryDimension) {
  expect_rows_of_random_sites<1>(900, 1000);
  expect_rows_of_random_sites<2>(9000, 90);
  expect_rows_of_random_sites<3>(9000, 30);
  expect_rows_of_random_sites<4>(5000, 9);
}

TEST(ParentRows, TakeTheEndsOfInt32) {
  constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();
  constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();
  SiteSet<2> const children = test::sites_of(
      Grid<2>{}, std::vector<Coordinate<2>>{{0, {least, most}}, {0, {least, least}}, {0, {most, most}}, {0, {-1, 0}}});
  expect_rows<2>(children, 2, 1);
  expect_rows<2>(children, most, 1);
}

TEST(ParentRows, OfNoSitesAreNone) {
  test::for_each_host_policy(
      [&](auto const& where) { EXPECT_TRUE(parent_rows(where, SiteSet<3>(), SiteSet<3>()).empty()); });
}

TEST(ParentRows, NameTheFirstSiteWithoutAParent) {
  std::vector<Coordinate<2>> list;
  for (std::int32_t i = 0; i < 9000; ++i) list.push_back({0, {i, i}});
  std::vector<Coordinate<2>> half_list;
  for (std::int32_t i = 0; i < 3000; ++i) half_list.push_back({0, {i, i}});
  SiteSet<2> const children = test::sites_of(Grid<2>{}, list);
  SiteSet<2> const parents = test::sites_of(Grid<2>{}, half_list);
  test::for_each_host_policy([&](auto const& where) {
    EXPECT_EQ(
        test::message_of<CoordinateError>([&] { (void)parent_rows(where, children, parents); }),
        "parent_rows: site (batch 0; 6000, 6000) has no parent: (batch 0; 3000, 3000) is none of the 3000 sites at "
        "stride 2 x 2; give the parents of all sites, or leave such sites out");
    EXPECT_EQ(test::message_of<ShapeError>([&] {
                (void)parent_rows(where, children, parents, {1, 0});
              }),
              "parent_rows: stride is 1 x 0; every stride must be at least 1");
  });
}

TEST(ParentRows, AreKeptWithTheChildrenWhileTheParentsLive) {
  SiteSet<1> const children = test::sites_of(Grid<1>{}, std::vector<Coordinate<1>>{{0, {0}}, {0, {5}}});
  SiteSet<1> const other = test::sites_of(Grid<1>{}, std::vector<Coordinate<1>>{{0, {0}}, {0, {2}}});
  auto const list = other.coordinates();
  SiteSet<1> const parents = test::sites_of(Grid<1>{}, std::vector<Coordinate<1>>(list.begin(), list.end()));
  auto const rows = cached_parent_rows(seq, children, parents);
  EXPECT_EQ(rows_of<1>(*rows), (std::vector<Row>{0, 1}));
  EXPECT_EQ(cached_parent_rows(cpu, children, parents), rows);
  EXPECT_NE(cached_parent_rows(cpu, children, other), rows) << "another set with the same list";
  EXPECT_EQ(children.derived_bytes(), 16);
  EXPECT_EQ(parents.derived_bytes(), 0);
  children.release_derived();
  EXPECT_EQ(children.derived_bytes(), 0);
}

}  // namespace
}  // namespace sparseconv::parent_rows_test

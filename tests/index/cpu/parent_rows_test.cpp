#include "sparseconv/index/cpu/parent_rows.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::cpu_parent_rows_test {
namespace {

/// How many sites come before a coordinate, by counting.
template <int D>
std::int64_t count_before(std::vector<Coordinate<D>> const& sites, Coordinate<D> const& sought) {
  return std::count_if(sites.begin(), sites.end(), [&](Coordinate<D> const& site) { return site < sought; });
}

// From wherever the search begins: the guess is a matter of speed.
TEST(FirstNotBefore, IsTheSameFromEveryGuess) {
  for (std::int64_t const count : {0, 1, 2, 3, 4, 5, 8, 17, 40}) {
    std::vector<Coordinate<1>> sites;
    for (std::int64_t i = 0; i < count; ++i)
      sites.push_back({static_cast<std::int32_t>(i / 13), {static_cast<std::int32_t>(i % 13) * 2 - 6}});
    SortedSites<1> const sorted{sites.data(), count};
    for (std::int32_t item = 0; item < 5; ++item) {
      for (std::int32_t at = -9; at <= 21; ++at) {
        Coordinate<1> const sought{item, {at}};
        for (std::int64_t guess = 0; guess <= count; ++guess)
          ASSERT_EQ(on_cpu::first_not_before(sorted, widen(sought), guess), count_before(sites, sought))
              << count << " sites, item " << item << ", place " << at << ", guess " << guess;
      }
    }
  }
}

/// Whether a cell holds a site: floor(position / stride), in plain integers.
template <int D>
bool is_parent(Coordinate<D> const& parent, Coordinate<D> const& child, int stride) {
  bool same = parent.batch == child.batch;
  for (std::size_t axis = 0; axis < D; ++axis) {
    std::int64_t const at = child.position[axis];
    std::int64_t floor = at / stride;
    if (at % stride < 0) --floor;
    same = same && parent.position[axis] == floor;
  }
  return same;
}

// Children in the order of their rows lead to parents that lie back and forth; ranges of several threads begin in the middle.
TEST(FindParents, FindsTheOneCellThatHoldsEachChild) {
  Grid<2> const grid{.batch_size = 3};
  std::vector<Coordinate<2>> children;
  std::vector<Coordinate<2>> parents;
  for (std::int32_t item = 0; item < 3; ++item)
    for (std::int32_t y = -22; y < 21; ++y)
      for (std::int32_t x = -23; x < 20; ++x)
        if ((x * 5 + y * 3 + item) % 7 != 0) children.push_back({item, {y, x}});
  for (std::int32_t item = 0; item < 3; ++item)
    for (std::int32_t y = -9; y < 8; ++y)
      for (std::int32_t x = -9; x < 8; ++x)
        if ((x + y * 4 + item) % 3 != 0) parents.push_back({item, {y, x}});
  auto const child_sites = test::sites_of(grid, children);
  auto const parent_sites = test::sites_of(grid, parents);
  ASSERT_GT(child_sites.size(), 4096);  // more than one range
  for (int const stride : {1, 2, 3, 5}) {
    std::vector<Row> rows(static_cast<std::size_t>(child_sites.size()), 7777);
    on_cpu::find_parents(cpu.threads(3), child_sites, parent_sites, ParentCell<2>(stride), rows.data());
    for (std::int64_t child = 0; child < child_sites.size(); ++child) {
      Row expected = no_row;
      for (std::int64_t parent = 0; parent < parent_sites.size() && expected == no_row; ++parent)
        if (is_parent(parent_sites.data()[parent], child_sites.data()[child], stride))
          expected = static_cast<Row>(parent);
      ASSERT_EQ(rows[static_cast<std::size_t>(child)], expected) << "stride " << stride << ", child " << child;
    }
  }
}

TEST(FindParents, FindsNoneAmongNone) {
  auto const children = test::sites_of(Grid<2>{}, std::vector<Coordinate<2>>{{0, {4, -9}}});
  Row row = 5;
  on_cpu::find_parents(cpu, children, SiteSet<2>(), ParentCell<2>(2), &row);
  EXPECT_EQ(row, no_row);
  on_cpu::find_parents(cpu, SiteSet<2>(), children, ParentCell<2>(2), &row);
  EXPECT_EQ(row, no_row);
}

}  // namespace
}  // namespace sparseconv::cpu_parent_rows_test

#include "sparseconv/index/cpu/tile_finder.hpp"

#include <gtest/gtest.h>

namespace sparseconv::cpu_tile_finder_test {
namespace {

TEST(PairTiles, CoverAllElementsAndRows) {
  // 7 elements by 5, two tiles along them; 10 rows by 4, three tiles along those.
  on_cpu::PairTiles const tiles{7, 10, 5, 4};
  ASSERT_EQ(tiles.count(), 6);
  on_cpu::PairTile const last_of_first = tiles[2];
  EXPECT_EQ(last_of_first.first_element, 0);
  EXPECT_EQ(last_of_first.end_element, 5);
  EXPECT_EQ(last_of_first.begin, 8);
  EXPECT_EQ(last_of_first.end, 10);
  on_cpu::PairTile const next = tiles[3];
  EXPECT_EQ(next.first_element, 5);
  EXPECT_EQ(next.end_element, 7);
  EXPECT_EQ(next.elements(), 2);
  EXPECT_EQ(next.begin, 0);
  EXPECT_EQ(next.end, 4);
}

TEST(PairTiles, MayBeNone) {
  EXPECT_EQ(on_cpu::PairTiles{}.count(), 0);
}

}  // namespace
}  // namespace sparseconv::cpu_tile_finder_test

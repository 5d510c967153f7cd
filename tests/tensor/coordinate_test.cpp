#include "sparseconv/tensor/coordinate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace sparseconv::coordinate_test {
namespace {

TEST(Coordinate, SortsByBatchThenFromTheFirstAxis) {
  std::vector<Coordinate<2>> const canonical{{0, {-3, 9}}, {0, {0, -1}}, {0, {0, 0}}, {0, {1, -5}}, {1, {-7, -7}}};
  std::vector<Coordinate<2>> list{canonical[3], canonical[4], canonical[1], canonical[0], canonical[2]};
  std::sort(list.begin(), list.end());
  EXPECT_EQ(list, canonical);
}

TEST(Coordinate, EqualsOnlyItself) {
  Coordinate<3> const site{2, {1, 2, 3}};
  EXPECT_EQ(site, (Coordinate<3>{2, {1, 2, 3}}));
  EXPECT_NE(site, (Coordinate<3>{1, {1, 2, 3}}));
  EXPECT_NE(site, (Coordinate<3>{2, {1, 2, 4}}));
}

TEST(Coordinate, PrintsItself) {
  EXPECT_EQ(to_string(Coordinate<2>{0, {1, 2}}), "(batch 0; 1, 2)");
  EXPECT_EQ(to_string(Coordinate<1>{3, {-2147483647 - 1}}), "(batch 3; -2147483648)");
}

}  // namespace
}  // namespace sparseconv::coordinate_test

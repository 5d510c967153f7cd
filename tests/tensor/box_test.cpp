#include "sparseconv/tensor/box.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace sparseconv::box_test {
namespace {

TEST(Box, IsEmptyAtFirst) {
  Box<2> box;
  EXPECT_TRUE(box.empty());
  box.include(Box<2>{});
  EXPECT_TRUE(box.empty());
}

TEST(Box, GrowsAroundEachCoordinate) {
  Box<2> box;
  box.include(widen(Coordinate<2>{1, {3, -4}}));
  EXPECT_FALSE(box.empty());
  EXPECT_EQ(box.low, box.high);
  box.include(widen(Coordinate<2>{0, {5, -9}}));
  EXPECT_EQ(box.low, (WideCoordinate<2>{0, 3, -9}));
  EXPECT_EQ(box.high, (WideCoordinate<2>{1, 5, -4}));
}

TEST(Box, GrowsAroundAnotherBox) {
  Box<1> box;
  box.include(WideCoordinate<1>{0, 2});
  Box<1> other;
  other.include(WideCoordinate<1>{0, -7});
  other.include(WideCoordinate<1>{0, 1});
  box.include(other);
  EXPECT_EQ(box.low, (WideCoordinate<1>{0, -7}));
  EXPECT_EQ(box.high, (WideCoordinate<1>{0, 2}));
}

TEST(Wide, ComesBackToTheCoordinate) {
  Coordinate<2> const coordinate{3,
                                 {std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()}};
  EXPECT_EQ(cut<2>(widen(coordinate)), coordinate);
}

TEST(Box, HoldsTheExtremes) {
  constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();
  constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();
  Box<1> box;
  box.include(widen(Coordinate<1>{0, {least}}));
  box.include(widen(Coordinate<1>{0, {most}}));
  EXPECT_EQ(box.high[1] - box.low[1], 4294967295);
}

}  // namespace
}  // namespace sparseconv::box_test

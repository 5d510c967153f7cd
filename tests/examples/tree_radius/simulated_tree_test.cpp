#include "tree_radius/simulated_tree.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace tree_radius::simulated_tree_test {
namespace {

double distance_to_axis(Piece const& piece, Vector const& point) {
  Vector const way = sum(piece.end, piece.begin, -1);
  Vector const from = sum(point, piece.begin, -1);
  double const along = (from.x * way.x + from.y * way.y + from.z * way.z) / (length(way) * length(way));
  return along < -1e-3 || along > 1 + 1e-3 ? std::numeric_limits<double>::infinity() : length(sum(from, way, -along));
}

TEST(GrowTree, BranchesHangTogetherAndGrowThinner) {
  auto const pieces = grow_tree({.generations = 2});
  ASSERT_GT(pieces.size(), 30U);
  EXPECT_EQ(pieces[0].begin.z, 0);
  EXPECT_EQ(pieces[0].begin_radius, 0.1);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    EXPECT_LT(pieces[i].end_radius, pieces[i].begin_radius);
    EXPECT_GT(pieces[i].end_radius, 0);
    if (i == 0) continue;
    bool const is_joined =
        std::any_of(pieces.begin(), pieces.begin() + static_cast<std::ptrdiff_t>(i),
                    [&](Piece const& earlier) { return length(sum(earlier.end, pieces[i].begin, -1)) < 1e-12; });
    EXPECT_TRUE(is_joined) << i;
  }
}

TEST(GrowTree, OneGenerationIsATrunk) {
  auto const pieces = grow_tree({.height = 2, .radius = 0.05, .generations = 1});
  double height = 0;
  for (Piece const& piece : pieces) height += length(sum(piece.end, piece.begin, -1));
  EXPECT_NEAR(height, 2, 1e-12);
  EXPECT_NEAR(pieces.back().end_radius, 0.0125, 1e-12);
}

TEST(SimulateTree, PointsLieOnTheBark) {
  TreeOptions const options{.seed = 3, .generations = 2, .points_per_cm2 = 0.5};
  auto const pieces = grow_tree(options);
  auto const points = simulate_tree(options);
  ASSERT_GT(points.size(), 1000);
  for (std::int64_t i = 0; i < points.size(); ++i) {
    auto const point = points.row(i);
    double nearest = std::numeric_limits<double>::infinity();
    for (Piece const& piece : pieces) {
      nearest = std::min(nearest, std::abs(distance_to_axis(piece, {point[0], point[1], point[2]}) - double{point[3]}));
    }
    EXPECT_LT(nearest, 2e-4) << i;  // numbers are rounded to tenths of a millimetre
  }
}

TEST(SimulateTree, CountOfPointsFollowsTheArea) {
  // A trunk of 2 m from 5 cm to 1.25 cm: pi (5 + 1.25) 200 cm2 = 3927 cm2.
  auto const points = simulate_tree({.height = 2, .radius = 0.05, .generations = 1, .points_per_cm2 = 2});
  EXPECT_NEAR(static_cast<double>(points.size()), 2 * 3927, 6);
  EXPECT_EQ(points.values, simulate_tree({.height = 2, .radius = 0.05, .generations = 1, .points_per_cm2 = 2}).values);
}

}  // namespace
}  // namespace tree_radius::simulated_tree_test

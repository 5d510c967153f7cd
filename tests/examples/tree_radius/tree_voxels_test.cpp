#include "tree_radius/tree_voxels.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "support/error_message.hpp"

namespace tree_radius::tree_voxels_test {
namespace {

TEST(PutUpright, TurnsZToYAndCentres) {
  // Box: x 1 to 3, y 10 to 20, z -1 to 5.
  sparseconv::PointCloud const points{.columns = 4, .values = {1, 10, -1, 7, 3, 20, 5, 8}};
  UprightScan const scan = put_upright(points, Up::z, 0.5);
  EXPECT_EQ(scan.points.values, (std::vector<float>{-1, 0, 5, 7, 1, 6, -5, 8}));
  EXPECT_EQ(scan.grid.low, (std::array<double, 3>{-1, 0, -5}));
  EXPECT_EQ(scan.grid.high, (std::array<double, 3>{1.5, 6.5, 5.5}));
  EXPECT_EQ(scan.placing.origin, (std::array<double, 3>{2, 15, -1}));
  auto const voxels = sparseconv::voxelize(sparseconv::seq, scan.points, scan.grid);
  EXPECT_EQ(voxels.dropped.total(), 0);
}

TEST(PutUpright, TakesTheOffsetOfTheScan) {
  sparseconv::PointCloud points{.columns = 4, .values = {1, 10, -1, 7, 3, 20, 5, 8}};
  UprightScan const without = put_upright(points, Up::z, 0.5);
  points.offset = {500'000, 5'400'000.25, 300};
  UprightScan const scan = put_upright(points, Up::z, 0.5);
  EXPECT_EQ(scan.points.values, without.points.values);
  EXPECT_EQ(scan.points.offset, (std::array<double, 3>{0, 0, 0}));
  EXPECT_EQ(scan.grid.low, without.grid.low);
  EXPECT_EQ(scan.placing.origin, (std::array<double, 3>{500'002, 5'400'015.25, 299}));
}

TEST(PutUpright, LeavesYUpAsItIs) {
  sparseconv::PointCloud const points{.values = {1, 10, -1, 3, 20, 5}};
  UprightScan const scan = put_upright(points, Up::y, 0.5);
  EXPECT_EQ(scan.points.values, (std::vector<float>{-1, 0, -3, 1, 10, 3}));
  EXPECT_EQ(scan.placing.origin, (std::array<double, 3>{2, 10, 2}));
}

TEST(PutUpright, BackAlongTheScan) {
  sparseconv::PointCloud const points{.values = {1, 10, -1, 3, 20, 5, 2, 11, 4}};
  for (Up const up : {Up::y, Up::z}) {
    UprightScan const scan = put_upright(points, up, 0.5);
    for (std::int64_t i = 0; i < points.size(); ++i) {
      auto const placed = scan.points.row(i);
      auto const turned = along_scan({placed[0], placed[1], placed[2]}, up);
      for (std::size_t axis = 0; axis < 3; ++axis) {
        EXPECT_EQ(scan.placing.origin[axis] + double{turned[axis]}, double{points.row(i)[axis]});
      }
    }
  }
}

TEST(PutUpright, PointsThatAreNotFiniteAreLeftToVoxelize) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  constexpr float infinity = std::numeric_limits<float>::infinity();
  sparseconv::PointCloud const points{.values = {0, 0, 0, nan, 1, 1, 1, 1, infinity, 2, 2, 2}};
  UprightScan const scan = put_upright(points, Up::z, 0.5);
  auto const voxels = sparseconv::voxelize(sparseconv::seq, scan.points, scan.grid);
  EXPECT_EQ(voxels.dropped.not_finite, 2);
  EXPECT_EQ(voxels.dropped.total(), 2);
  EXPECT_EQ(voxels.tensor.size(), 2);
}

TEST(PutUpright, RefusesScansWithoutPlaces) {
  using sparseconv::test::message_of;
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(message_of<sparseconv::ShapeError>([] { put_upright({}, Up::z, 0.01); }),
            "tree_radius: the scan has no point whose x, y and z are finite numbers; give another");
  EXPECT_EQ(message_of<sparseconv::ShapeError>([] {
              put_upright({.values = {nan, 1, 1}}, Up::z, 0.01);
            }),
            "tree_radius: the scan has no point whose x, y and z are finite numbers; give another");
  EXPECT_EQ(message_of<sparseconv::ShapeError>([] {
              put_upright({.columns = 2, .values = {1, 1}}, Up::z, 0.01);
            }),
            "tree_radius: the scan has 2 columns; it needs x, y and z at least");
}

TEST(Positions, AreTheFirstThreeColumns) {
  sparseconv::PointCloud const points{.columns = 4, .values = {0, 0, 0, 7, 1, 1, 1, 8}};
  UprightScan const scan = put_upright(points, Up::y, 0.5);
  auto const voxels = sparseconv::voxelize(sparseconv::seq, scan.points, scan.grid);
  auto const taken = positions(voxels.tensor);
  ASSERT_EQ(taken.channels(), 3);
  for (std::int64_t row = 0; row < taken.size(); ++row) {
    for (int column = 0; column < 3; ++column) {
      EXPECT_EQ(taken.features().row_data(row)[column], voxels.tensor.features().row_data(row)[column]);
    }
  }
}

}  // namespace
}  // namespace tree_radius::tree_voxels_test

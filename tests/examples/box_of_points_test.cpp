#include "encode_scan/box_of_points.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <vector>

#include "support/error_message.hpp"

namespace encode_scan::box_of_points_test {
namespace {

constexpr sparseconv::VoxelGrid coarse{.voxel_size = {0.5F, 0.5F, 0.25F}, .low = {}, .high = {}, .extra_slices = 1};

TEST(BoxOfPoints, HoldsAllPointsInWholeVoxels) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  sparseconv::PointCloud const cloud{.columns = 4,
                                     .values = {-1.25F, 2, 3, 0, 10, 40.6F, 20, 0, nan, 0, 0, 0, 1e20F, 0, 0, 0},
                                     .offset = {1000, 0, 0}};
  sparseconv::VoxelGrid const grid = over_box_of(cloud, coarse);
  EXPECT_EQ(grid.low, (std::array<double, 3>{998.5, 1.5, 2.75}));
  EXPECT_EQ(grid.high, (std::array<double, 3>{1010.5, 41, 20.25}));
  EXPECT_EQ(grid.extra_slices, 1);
}

TEST(BoxOfPoints, IsLargeEnoughForTheNetwork) {
  sparseconv::VoxelGrid const grid = over_box_of({.columns = 3, .values = {1, 1, 1}}, coarse);
  EXPECT_EQ(grid.low, (std::array<double, 3>{0.5, 0.5, 0.75}));
  EXPECT_EQ(grid.high, (std::array<double, 3>{4.5, 4.5, 10.75}));
}

TEST(BoxOfPoints, SaysWhatToDoWhereThereIsNone) {
  using sparseconv::test::message_of;
  EXPECT_EQ(message_of<sparseconv::ShapeError>([] { return over_box_of({}, coarse).low; }),
            "encode_scan: the scan has no finite point to take the range from; give --range");
  EXPECT_EQ(
      message_of<sparseconv::ShapeError>([] {
        return over_box_of({.columns = 3, .values = {0, 0, 0, 0, 70000, 0}}, coarse).low;
      }),
      "encode_scan: along y the points go from 0 to 70000, which is more than 65536 voxels of 0.5; give --range, or "
      "larger voxels by --voxel");
}

}  // namespace
}  // namespace encode_scan::box_of_points_test

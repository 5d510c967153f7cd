#include "sparseconv/points/voxel_grid.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "support/point_clouds.hpp"

namespace sparseconv::voxel_grid_test {
namespace {

using test::row_of_ten;

TEST(VoxelShape, CountsExtraSlicesAlongZOnly) {
  VoxelGrid grid = row_of_ten;
  grid.extra_slices = std::numeric_limits<std::int32_t>::max() - 1;
  EXPECT_EQ(voxel_shape(grid), (Shape<3>{std::numeric_limits<std::int32_t>::max(), 1, 10}));
}

// (70.4 - 0) / 0.05 is 1408.0000 or 1407.9999, as it is computed; it is a whole number meant.
TEST(VoxelShape, RoundsToWholeVoxels) {
  VoxelGrid grid{.voxel_size = {0.05F, 0.05F, 0.1F}, .low = {0, -40, -3}, .high = {70.4F, 40, 1}};
  EXPECT_EQ(voxel_shape(grid), (Shape<3>{40, 1600, 1408}));
  grid.extra_slices = 1;
  EXPECT_EQ(voxel_shape(grid), (Shape<3>{41, 1600, 1408}));
}

TEST(VoxelFinder, SaysWhereAPointLiesOrWhyItIsDropped) {
  VoxelFinder const voxels(VoxelGrid{.voxel_size = {1, 2, 0.5F}, .low = {0, -2, 1}, .high = {3, 4, 2}});
  auto const of = [&](float x, float y, float z) {
    std::array<float, 3> const position{x, y, z};
    return voxels(position.data());
  };
  EXPECT_EQ(of(2.5F, 0, 1.75F).fate, PointFate::kept);
  EXPECT_EQ(of(2.5F, 0, 1.75F).voxel, (Coordinate<3>{0, {1, 1, 2}}));
  EXPECT_EQ(of(0, -2, 1).voxel, (Coordinate<3>{0, {0, 0, 0}}));
  EXPECT_EQ(of(3, 0, 1.5F).fate, PointFate::out_of_range);
  EXPECT_EQ(of(1, 0, 0.75F).fate, PointFate::out_of_range);
  EXPECT_EQ(of(-50, 0, std::nanf("")).fate, PointFate::not_finite);
  EXPECT_EQ(of(1, std::numeric_limits<float>::infinity(), 1.5F).fate, PointFate::not_finite);
}

}  // namespace
}  // namespace sparseconv::voxel_grid_test

#include "sparseconv/points/cell_centre.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "sparseconv/layers/sparse_conv.hpp"
#include "sparseconv/layers/sparse_pool.hpp"
#include "sparseconv/points/voxelize.hpp"
#include "support/point_clouds.hpp"

namespace sparseconv::cell_centre_test {
namespace {

// Voxels of 0.5 x 2 x 0.25 from (10, -4, 1): site z 3, y 1, x 2 is the box from (11, -2, 1.75) to (11.5, 0, 2).
TEST(CellCentre, IsTheMiddleOfTheVoxelByHand) {
  VoxelGrid const grid{.voxel_size = {0.5F, 2, 0.25F}, .low = {10, -4, 1}, .high = {20, 4, 3}};
  EXPECT_EQ(cell_centre(grid, {0, {3, 1, 2}}), (std::array<double, 3>{11.25, -1, 1.875}));
  EXPECT_EQ(metres_of(grid, {-0.5, -0.5, -0.5}), grid.low);
}

// Every point lies within half a voxel of the centre of its own.
TEST(CellCentre, IsNearThePointsOfItsVoxel) {
  PointCloud cloud = test::random_cloud(2'000);
  cloud.offset = {500'000, 5'400'000, 300};
  VoxelGrid grid = test::fine_grid;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    grid.low[axis] += cloud.offset[axis];
    grid.high[axis] += cloud.offset[axis];
  }
  VoxelizedPoints<> const voxels = voxelize(cpu, cloud, grid);
  std::int64_t looked_at = 0;
  for (std::int64_t i = 0; i < cloud.size(); ++i) {
    if (voxels.row_of_point[i] == no_row) continue;
    auto const site = voxels.tensor.sites().coordinates()[static_cast<std::size_t>(voxels.row_of_point[i])];
    std::array<double, 3> const centre = cell_centre(grid, site);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      double const at = cloud.offset[axis] + static_cast<double>(cloud.row(i)[axis]);
      EXPECT_LE(std::fabs(at - centre[axis]), 0.5 * static_cast<double>(grid.voxel_size[axis]) + 1e-5);
    }
    ++looked_at;
  }
  EXPECT_GT(looked_at, 100);
}

// Pooling twice by 2 joins 4 voxels of 0.25 m along each axis: site 3 of the last is the metre from 3 to 4.
TEST(CellCentre, GoesThroughLayers) {
  VoxelGrid const grid{.voxel_size = {0.25F, 0.25F, 0.25F}, .low = {0, 0, 0}, .high = {8, 8, 8}};
  SparsePool3D const halve({.kernel_size = 2});
  auto const twice = cell_centres(halve).then(cell_centres(halve));
  EXPECT_EQ(cell_centre(grid, {0, {3, 0, 6}}, twice), (std::array<double, 3>{6.5, 0.5, 3.5}));
  // A kernel of 3 with padding 1 stands on the voxel 2 o: its output's centre is that voxel's.
  SparseConv3D<float> const strided({.in_channels = 1, .out_channels = 1, .kernel_size = 3, .stride = 2, .padding = 1});
  EXPECT_EQ(cell_centre(grid, {0, {3, 2, 1}}, cell_centres(strided)), cell_centre(grid, {0, {6, 4, 2}}));
}

}  // namespace
}  // namespace sparseconv::cell_centre_test

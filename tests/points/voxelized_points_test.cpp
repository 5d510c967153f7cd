#include "sparseconv/points/voxelized_points.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "sparseconv/points/device_point_cloud.hpp"
#include "sparseconv/points/voxelize.hpp"
#include "sparseconv/points/voxelize_batch.hpp"
#include "sparseconv/points/voxelizer.hpp"
#include "support/emulated_gpu.hpp"

namespace sparseconv::voxelized_points_test {
namespace {

VoxelGrid const grid{.voxel_size = {1, 1, 1}, .low = {0, 0, 0}, .high = {8, 4, 2}};
constexpr char what_to_look_at[] =
    "; most points lie outside the grid: look at its low, high and voxel_size, which are x, y, z in the unit of the "
    "points";

PointCloud cloud_of(std::vector<float> const& values) {
  return {.columns = 3, .values = values};
}

TEST(VoxelizedPoints, SayWhatBecameOfThePoints) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  PointCloud const cloud = cloud_of({1, 1, 1, 1.5F, 1, 1, 7, 1, 1, 1, 1, 5, nan, 1, 1});
  std::string const expected = "5 points: 3 in 2 voxels, 1 dropped out of range, 1 dropped because not finite";
  EXPECT_EQ(to_string(voxelize(seq, cloud, grid)), expected);
  EXPECT_EQ(to_string(voxelize(cpu, cloud, grid)), expected);
  test::EmulatedGpu const gpu;
  EXPECT_EQ(to_string(voxelize(gpu, copy_to(gpu, cloud), grid)), expected);
  Voxelizer voxelizer(grid);
  voxelizer.add(cpu, cloud);
  EXPECT_EQ(to_string(voxelizer), expected);
  std::vector<PointCloud> const two{cloud, cloud_of({1, 1, 1})};
  auto const batch = voxelize(cpu, two, grid);
  EXPECT_EQ(to_string(batch.items[0]), "5 points: 3 in voxels, 1 dropped out of range, 1 dropped because not finite");
  EXPECT_EQ(to_string(batch.items[1]), "1 point: 1 in voxels, 0 dropped out of range");
}

TEST(VoxelizedPoints, SayWhichLimitDroppedPoints) {
  PointCloud const cloud = cloud_of({1, 1, 1, 1.5F, 1, 1, 1.6F, 1, 1, 7, 1, 1});
  EXPECT_EQ(
      to_string(voxelize(cpu, cloud, grid, {.points_per_voxel = 1, .voxels = 1})),
      "4 points: 1 in 1 voxel, 0 dropped out of range, 2 dropped over the limit of points a voxel, 1 dropped over "
      "the limit of voxels");
}

// The corners in the order z, y, x: a network over what is left would run on nothing.
TEST(VoxelizedPoints, SayThatTheGridMissesMostPoints) {
  PointCloud const cloud = cloud_of({6, 1, 1, 7, 1, 1, 1, 1, 1, 5, 3, 0});
  VoxelGrid const turned{.voxel_size = {1, 1, 1}, .low = {0, 0, 0}, .high = {2, 4, 8}};
  EXPECT_EQ(to_string(voxelize(cpu, cloud, turned)),
            std::string("4 points: 1 in 1 voxel, 3 dropped out of range") + what_to_look_at);
  EXPECT_EQ(to_string(voxelize(cpu, cloud, grid)), "4 points: 4 in 4 voxels, 0 dropped out of range");
  // Half is not most; and no points are no mistake.
  EXPECT_EQ(to_string(voxelize(cpu, cloud_of({9, 1, 1, 1, 1, 1}), grid)),
            "2 points: 1 in 1 voxel, 1 dropped out of range");
  EXPECT_EQ(to_string(voxelize(cpu, cloud_of({}), grid)), "0 points: 0 in 0 voxels, 0 dropped out of range");
}

}  // namespace
}  // namespace sparseconv::voxelized_points_test

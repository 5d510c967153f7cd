// expect: voxelize: the call has no policy in front, which says where it runs: voxelize(sc::cpu, points, grid)
// errors: 1
#include "sparseconv/points/voxelize.hpp"

auto voxels(sparseconv::PointCloud const& cloud) {
  return sparseconv::voxelize(cloud, {.voxel_size = {1, 1, 1}}).tensor.size();
}

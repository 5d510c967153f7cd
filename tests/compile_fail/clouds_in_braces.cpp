// expect: voxelize: a list of clouds in braces would copy them; put them into a std::vector
// errors: 1
#include "sparseconv/points/voxelize_batch.hpp"

auto voxels(sparseconv::PointCloud const& a, sparseconv::PointCloud const& b, sparseconv::VoxelGrid const& grid) {
  return sparseconv::voxelize(sparseconv::cpu, {a, b}, grid).tensor.size();
}

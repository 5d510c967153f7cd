// expect: voxelize takes points in float; convert them, after an origin near them is subtracted in double
// errors: 1
#include "sparseconv/points/voxelize.hpp"

auto voxels(sparseconv::MatrixView<double const> points) {
  return sparseconv::voxelize(sparseconv::cpu, points, {.voxel_size = {1, 1, 1}}).tensor.size();
}

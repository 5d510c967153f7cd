// expect: an operand lies in a memory that this policy cannot reach
#include "sparseconv/points/voxelize.hpp"
#include "support/emulated_gpu.hpp"

auto voxels(sparseconv::StridedPoints const& points) {
  return sparseconv::voxelize(sparseconv::test::EmulatedGpu{}, points, sparseconv::VoxelGrid{});
}

// expect: an operand lies in a memory that this policy cannot reach
#include "sparseconv/points/voxelize.hpp"

struct Elsewhere {
  using Resource = sparseconv::MemoryPool;
  static constexpr bool host_reads = false;
};

auto voxels(sparseconv::MatrixView<float const, Elsewhere> points) {
  return sparseconv::voxelize(sparseconv::cpu, points, sparseconv::VoxelGrid{});
}

// expect: sparseconv: an operand lies in a memory that this policy cannot reach
#include <vector>

#include "sparseconv/points/build_interpolation_map_batch.hpp"
#include "support/emulated_gpu.hpp"

namespace sc = sparseconv;

auto points(sc::test::EmulatedGpu const& gpu, sc::SiteSet<3, sc::test::EmulatedMemory> const& sites,
            std::vector<sc::PointCloud> const& clouds, sc::VoxelGrid const& grid) {
  return sc::build_interpolation_map(gpu, sites, clouds, grid).size();
}

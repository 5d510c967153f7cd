// expect: compiles
// All that a device runs, from points to features, with == of std::array taken away.
#include "support/no_array_equality.hpp"
//
#include "sparseconv/execute/device/pool_rows.hpp"
#include "sparseconv/execute/implicit_gemm.hpp"
#include "sparseconv/index/device/build_row_map.hpp"
#include "sparseconv/index/device/build_rulebook.hpp"
#include "sparseconv/index/device/output_sites.hpp"
#include "sparseconv/points/device/voxelize.hpp"
#include "sparseconv/sparseconv.hpp"
#include "sparseconv/tensor/device/build_site_set.hpp"
#include "sparseconv/tensor/device/dense.hpp"
#include "sparseconv/tensor/device/point_features.hpp"
#include "support/emulated_gpu.hpp"

using namespace sparseconv;

template <int D>
void run(test::EmulatedGpu const& where, SparseTensor<float, D, test::EmulatedMemory> const& input) {
  auto const& sites = input.sites();
  for (auto const definition : {OutputDefinition::regular, OutputDefinition::submanifold, OutputDefinition::floor}) {
    KernelGeometry<D> const geometry{.kernel_size = 3};
    auto const outputs = output_sites(where, sites, geometry, definition);
    build_rulebook(where, sites, outputs, geometry, lookup::sorted);
    build_row_map(where, sites, outputs, geometry, lookup::hash);
  }
  SparseConv<float, D> const layer({.in_channels = 4, .out_channels = 8, .kernel_size = 3, .stride = 2});
  auto const features = copy_to(where, layer)(where, input);
  SparsePool<D> const pool({.kernel_size = 2});
  to_dense(where, pool(where, features));
}

int main() {
  test::EmulatedGpu const where;
  run(where, voxelize(where, copy_to(where, PointCloud{.columns = 4}), VoxelGrid{}).tensor);
}

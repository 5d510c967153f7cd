// The snippet of docs/semantics.md, among what it needs.
#include <sparseconv/networks.hpp>
namespace sc = sparseconv;

inline void voxels(sc::Network const& net, sc::VoxelGrid const& grid, sc::SparseTensor<float, 3> const& output,
                   std::size_t row) {
#include "semantics/voxels.inc"
  static_cast<void>(x + y + z);
}

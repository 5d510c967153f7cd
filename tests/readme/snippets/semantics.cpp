// The snippets of docs/semantics.md, among what they need.
#include <sparseconv/networks.hpp>
namespace sc = sparseconv;

inline void voxels(sc::Network const& net, sc::VoxelGrid const& grid, sc::SparseTensor<float, 3> const& output,
                   std::size_t row) {
#include "semantics/voxels.inc"
  static_cast<void>(x + y + z);
}

inline std::int64_t joined(sc::CpuPolicy const& where, sc::SparseTensor<float, 3> const& a,
                           sc::SparseTensor<float, 3> const& b) {
#include "semantics/tensors_on_different_sites.inc"
  return sum.size();
}

inline std::int64_t subdivided(sc::CpuPolicy const& where, sc::SparseTensor<float, 3> const& x,
                               sc::SparseTensor<float, 3> const& scores) {
#include "semantics/parents_and_octrees.inc"
  return finer.size();
}

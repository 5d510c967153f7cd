#pragma once

#include "sparseconv/error.hpp"
#include "sparseconv/execute/pooling.hpp"
#include "sparseconv/index/whole_axis_geometry.hpp"
#include "sparseconv/layers/sparse_pool.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/refused_call.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// Pooling over all sites that differ along one axis alone, such as the height of a scan: of z, y, x the sites of a map y, x are left.
/// They keep their number of axes, and lie at 0 of the one that was pooled.
///
/// It has no numbers of its own, so one object serves every element type, dimension and memory. A call is safe from several threads.
class AxisPool : private RefusedCalls<AnyTensor> {
 public:
  /// `axis` counts from 0, the slowest first: 0 is z of z, y, x.
  ///
  /// Throws: ShapeError if the axis is negative.
  explicit AxisPool(int axis, Pooling pooling = Pooling::max) : axis_(axis), pooling_(pooling) {
    if (axis >= 0) return;
    throw ShapeError({"AxisPool: axis is ", axis, "; axes count from 0, the slowest first"});
  }

  [[nodiscard]] int axis() const { return axis_; }
  [[nodiscard]] Pooling pooling() const { return pooling_; }

  /// Pools the sites along the axis, in the order of their positions.
  ///
  /// Shapes: input N x C on a bounded grid; result M x C, on output_sites of whole_axis_geometry, which are kept with the input's
  ///         sites. Of the grid's extents that of the axis becomes 1.
  /// Order:  `seq` and `cpu` wait for the result; a device policy waits only for new output sites.
  /// Bits:   the same for every policy.
  /// Throws: as whole_axis_geometry.
  template <ExecutionPolicy Policy, Element T, int D, MemorySpace Memory>
  requires reaches<Policy, Memory>
  [[nodiscard]] SparseTensor<T, D, Memory> operator()(Policy const& where,
                                                      SparseTensor<T, D, Memory> const& input) const {
    KernelGeometry<D> const geometry = whole_axis_geometry(input.grid(), axis_, "AxisPool");
    return SparsePool<D>({.kernel_size = geometry.kernel_size, .pooling = pooling_})(where, input);
  }

  using RefusedCalls<AnyTensor>::operator();

 private:
  int axis_;
  Pooling pooling_;
};

}  // namespace sparseconv::inline v0_1

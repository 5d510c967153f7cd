#pragma once

#include <cstdint>
#include <string>

#include "sparseconv/execute/pool_rows.hpp"
#include "sparseconv/index/cached_rulebook.hpp"
#include "sparseconv/tensor/per_axis.hpp"
#include "sparseconv/tensor/refused_call.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// What a SparsePool is made from; see KernelGeometry for the meaning of the axes' numbers.
template <int D>
struct SparsePoolConfig {
  PerAxis<D> kernel_size = 2;      ///< cells of a window along each axis
  OptionalPerAxis<D> stride = {};  ///< the kernel's size if not told: windows lie side by side, as in PyTorch
  PerAxis<D> padding = 0;          ///< empty cells before the first and behind the last one of an axis
  PerAxis<D> dilation = 1;         ///< cells from one element of a window to the next
  OutputDefinition definition = OutputDefinition::regular;  ///< which outputs are active
  Pooling pooling = Pooling::max;                           ///< what becomes of the inputs of a window
};

/// Pooling over the active inputs of each window; outputs are active as those of a convolution of the same geometry are.
///
/// It has no numbers of its own, so one object serves every element type and memory. A call is safe from several threads.
///
/// Throws: ShapeError if a kernel extent, stride or dilation is below 1, or a padding is negative, or the stride of the
///         submanifold definition is not 1.
template <int D>
class SparsePool : private RefusedCalls<TensorKind<void, D, void>> {
 public:
  explicit SparsePool(SparsePoolConfig<D> const& config)
      : geometry_{.kernel_size = config.kernel_size,
                  .stride = config.stride.value_or(config.kernel_size),
                  .padding = config.padding,
                  .dilation = config.dilation},
        definition_(config.definition),
        pooling_(config.pooling) {
    (void)output_grid(Grid<D>{}, geometry_, definition_, error_message({"SparsePool", D, "D"}));  // checks both
  }

  [[nodiscard]] KernelGeometry<D> const& geometry() const { return geometry_; }
  [[nodiscard]] OutputDefinition definition() const { return definition_; }
  [[nodiscard]] Pooling pooling() const { return pooling_; }

  /// Pools onto the sites of the pool's own definition.
  ///
  /// Shapes: input N x C; result M x C, on output_sites of the geometry, which are kept with the input's sites.
  /// Order:  `seq` and `cpu` wait for the result; a device policy waits only for new output sites.
  /// Bits:   the same for every policy.
  /// Throws: ShapeError if the input's grid is too small for the kernel.
  template <ExecutionPolicy Policy, Element T, MemorySpace Memory>
  requires reaches<Policy, Memory>
  [[nodiscard]] SparseTensor<T, D, Memory> operator()(Policy const& where,
                                                      SparseTensor<T, D, Memory> const& input) const {
    return pool_onto(where, input, cached_output_sites(where, input.sites(), geometry_, definition_));
  }

  /// The same onto sites that the caller names; a site that no input reaches gets 0.
  /// Throws: CoordinateError as check_given_sites.
  template <ExecutionPolicy Policy, Element T, MemorySpace Memory>
  requires reaches<Policy, Memory>
  [[nodiscard]] SparseTensor<T, D, Memory> operator()(Policy const& where, SparseTensor<T, D, Memory> const& input,
                                                      SiteSet<D, Memory> const& outputs) const {
    check_given_sites(input.sites(), outputs, geometry_, error_message({"SparsePool", D, "D"}));
    return pool_onto(where, input, outputs);
  }

  using RefusedCalls<TensorKind<void, D, void>>::operator();

 private:
  template <ExecutionPolicy Policy, Element T, MemorySpace Memory>
  [[nodiscard]] SparseTensor<T, D, Memory> pool_onto(Policy const& where, SparseTensor<T, D, Memory> const& input,
                                                     SiteSet<D, Memory> const& outputs) const {
    std::int64_t const numbers = feature_count(outputs.size(), input.channels(), "SparsePool");
    SparseTensor<T, D, Memory> result(outputs, input.channels(), Buffer<T, Memory>(where.memory(), numbers));
    pool_rows(where, *cached_rulebook(where, input.sites(), outputs, geometry_), input.features(), result.features(),
              pooling_);
    return result;
  }

  KernelGeometry<D> geometry_;
  OutputDefinition definition_;
  Pooling pooling_;
};

/// In one dimension.
using SparsePool1D = SparsePool<1>;
/// In two dimensions: sites are y, x.
using SparsePool2D = SparsePool<2>;
/// In three dimensions: sites are z, y, x.
using SparsePool3D = SparsePool<3>;
/// In four dimensions, as of scans over time.
using SparsePool4D = SparsePool<4>;

}  // namespace sparseconv::inline v0_1

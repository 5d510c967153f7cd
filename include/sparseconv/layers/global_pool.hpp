#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "sparseconv/execute/pool_items.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/tensor/item_offsets.hpp"
#include "sparseconv/tensor/item_sites.hpp"
#include "sparseconv/tensor/refused_call.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// Pooling over all active sites of each batch item.
///
/// It has no numbers of its own, so one object serves every element type, dimension and memory. A call is safe from
/// several threads.
class GlobalPool : private RefusedCalls<AnyTensor> {
 public:
  /// Throws: ShapeError for average_over_kernel, as there is no kernel.
  explicit GlobalPool(Pooling pooling = Pooling::max) : pooling_(pooling) { check_item_pooling(pooling, "GlobalPool"); }

  [[nodiscard]] Pooling pooling() const { return pooling_; }

  /// Pools the sites of each batch item.
  ///
  /// Shapes: input N x C; result B x C, on item_sites of the input's sites: row b is batch item b, 0 if the item has
  ///         no sites.
  /// Order:  `seq` and `cpu` wait for the result; a device policy does not.
  /// Bits:   the same for every policy, see pool_items.
  /// Throws: ShapeError if the input was moved from; CudaError during a capture, if the input's sites were not pooled
  ///         before.
  template <ExecutionPolicy Policy, Element T, int D, MemorySpace Memory>
  requires reaches<Policy, Memory>
  [[nodiscard]] SparseTensor<T, D, Memory> operator()(Policy const& where,
                                                      SparseTensor<T, D, Memory> const& input) const {
    auto const offsets = item_offsets(where, input.sites());
    SiteSet<D, Memory> const items = item_sites(where, input.sites());
    std::int64_t const numbers = feature_count(items.size(), input.channels(), "GlobalPool");
    SparseTensor<T, D, Memory> result(items, input.channels(), Buffer<T, Memory>(where.memory(), numbers));
    pool_items(where, std::span<Row const>(offsets->data(), static_cast<std::size_t>(offsets->size())),
               input.features(), result.features(), pooling_);
    return result;
  }

  using RefusedCalls<AnyTensor>::operator();

 private:
  Pooling pooling_;
};

}  // namespace sparseconv::inline v0_1

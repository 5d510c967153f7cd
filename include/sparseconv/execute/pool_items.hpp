#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <type_traits>

#include "sparseconv/error.hpp"
#include "sparseconv/execute/check_item_operands.hpp"
#include "sparseconv/execute/cpu/pool_items.hpp"
#include "sparseconv/execute/device/pool_items.hpp"
#include "sparseconv/execute/pooling.hpp"
#include "sparseconv/execute/seq/pool_items.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/row.hpp"

namespace sparseconv::inline v0_1 {

/// Throws: ShapeError for average_over_kernel, which has no meaning for a batch item.
inline void check_item_pooling(Pooling pooling, char const* call) {
  if (pooling != Pooling::average_over_kernel) return;
  throw ShapeError({call,
                    ": average_over_kernel divides by the elements of a kernel, and a batch item has none; take "
                    "Pooling::average, which divides by the item's rows"});
}

/// Pools all rows of each batch item: their max, sum or average. An item without rows gets 0.
///
/// Shapes: offsets B + 1 rows in the policy's memory, see item_offsets; input N x C, output B x C. Output must not
///         overlap the input.
/// Order:  `seq` and `cpu` wait for the result; a device policy does not.
/// Bits:   the same for every policy and number of threads, and for an item whatever batch it is in, but for the sign
///         and the digits of a NaN: sums of blocks of 256 rows from the item's first on, see WideSum, are joined in
///         their order and rounded once.
/// Work:   N x C numbers; extra memory 16 bytes (24 for double) for each channel of each block.
/// Throws: ShapeError if an operand does not fit the others, and for average_over_kernel.
template <ExecutionPolicy Policy, MemorySpace Memory, Element T>
void pool_items(Policy const& where, std::span<Row const> offsets,
                std::type_identity_t<MatrixView<T const, Memory>> input, MatrixView<T, Memory> output,
                Pooling pooling) {
  check_reach<Policy, Memory>();
  check_item_pooling(pooling, "pool_items");
  check_item_operands(offsets, output, "the output's", input, "the input's", "pool_items");
  if constexpr (std::derived_from<Policy, SequentialPolicy>) {
    on_seq::pool_items<T>(offsets, input, output, pooling);
  } else if constexpr (HostPolicy<Policy>) {
    on_cpu::pool_items<T>(where, offsets, input, output, pooling);
  } else {
    on_device::pool_items<T>(where, offsets, input, output, pooling);
  }
}

}  // namespace sparseconv::inline v0_1

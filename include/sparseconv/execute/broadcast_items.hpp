#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <type_traits>

#include "sparseconv/execute/check_item_operands.hpp"
#include "sparseconv/execute/cpu/broadcast_items.hpp"
#include "sparseconv/execute/device/broadcast_items.hpp"
#include "sparseconv/execute/seq/broadcast_items.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/row.hpp"

namespace sparseconv::inline v0_1 {

/// Copies the row of each batch item to all rows of that item.
///
/// Shapes: offsets B + 1 rows in the policy's memory, see item_offsets; input B x C, output N x C. Output must not
///         overlap the input.
/// Order:  `seq` and `cpu` wait for the result; a device policy does not.
/// Bits:   those of the input.
/// Throws: ShapeError if an operand does not fit the others.
template <ExecutionPolicy Policy, MemorySpace Memory, Element T>
void broadcast_items(Policy const& where, std::span<Row const> offsets,
                     std::type_identity_t<MatrixView<T const, Memory>> input, MatrixView<T, Memory> output) {
  check_reach<Policy, Memory>();
  check_item_operands(offsets, input, "the input's", output, "the output's", "broadcast_items");
  if constexpr (std::derived_from<Policy, SequentialPolicy>) {
    on_seq::broadcast_items<T>(offsets, input, output);
  } else if constexpr (HostPolicy<Policy>) {
    on_cpu::broadcast_items<T>(where, offsets, input, output);
  } else {
    on_device::broadcast_items<T>(where, offsets, input, output);
  }
}

}  // namespace sparseconv::inline v0_1

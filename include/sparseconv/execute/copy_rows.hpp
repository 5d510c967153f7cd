#pragma once

#include <concepts>
#include <type_traits>

#include "sparseconv/execute/check_operands.hpp"
#include "sparseconv/execute/cpu/copy_rows.hpp"
#include "sparseconv/execute/device/copy_rows.hpp"
#include "sparseconv/execute/seq/copy_rows.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/execution_policy.hpp"

namespace sparseconv::inline v0_1 {

/// Copies rows of numbers. Either side may be some columns of a wider matrix, see MatrixView.
///
/// Shapes: input and output N x C, which must not overlap.
/// Order:  `seq` and `cpu` wait for the result; a device policy does not.
/// Bits:   those of the input.
/// Throws: ShapeError if the two do not have one shape.
template <ExecutionPolicy Policy, Element T, MemorySpace Memory>
void copy_rows(Policy const& where, std::type_identity_t<MatrixView<T const, Memory>> input,
               MatrixView<T, Memory> output) {
  check_reach<Policy, Memory>();
  check_same_shape(input, output, "copy_rows");
  if constexpr (std::derived_from<Policy, SequentialPolicy>) {
    on_seq::copy_rows<T>(input, output);
  } else if constexpr (HostPolicy<Policy>) {
    on_cpu::copy_rows<T>(where, input, output);
  } else {
    on_device::copy_rows<T>(where, input, output);
  }
}

}  // namespace sparseconv::inline v0_1

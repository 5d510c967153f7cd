#pragma once

#include <concepts>
#include <type_traits>

#include "sparseconv/execute/check_operands.hpp"
#include "sparseconv/execute/copy_rows.hpp"
#include "sparseconv/execute/cpu/cast_rows.hpp"
#include "sparseconv/execute/device/cast_rows.hpp"
#include "sparseconv/execute/seq/cast_rows.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/execution_policy.hpp"

namespace sparseconv::inline v0_1 {

/// Writes rows of numbers as another element type; of the same it copies them. Either side may be some columns of a wider matrix,
/// see MatrixView. T is that of the input, with const or without.
///
/// Shapes: input and output N x C, which must not overlap.
/// Order:  `seq` and `cpu` wait for the result; a device policy does not.
/// Bits:   the same for every policy, number of threads and instruction set: each number is rounded once to the nearest, ties to
///         even, also from double to half or bfloat16; what is too large becomes infinity. But for the sign and the digits of a NaN.
/// Throws: ShapeError if the two do not have one shape.
template <ExecutionPolicy Policy, class T, Element To, MemorySpace Memory>
requires Element<std::remove_const_t<T>>
void cast_rows(Policy const& where, MatrixView<T, Memory> input, MatrixView<To, Memory> output) {
  using From = std::remove_const_t<T>;
  check_reach<Policy, Memory>();
  check_same_shape(input, output, "cast_rows");
  if constexpr (std::same_as<From, To>) {
    copy_rows(where, input, output);
  } else if constexpr (std::derived_from<Policy, SequentialPolicy>) {
    on_seq::cast_rows<To, From>(input, output);
  } else if constexpr (HostPolicy<Policy>) {
    on_cpu::cast_rows<To, From>(where, input, output);
  } else {
    on_device::cast_rows<To, From>(where, input, output);
  }
}

}  // namespace sparseconv::inline v0_1

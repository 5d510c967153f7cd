#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <span>
#include <type_traits>

#include "sparseconv/error.hpp"
#include "sparseconv/execute/check_operands.hpp"
#include "sparseconv/execute/cpu/layer_norm_rows.hpp"
#include "sparseconv/execute/device/layer_norm_rows.hpp"
#include "sparseconv/execute/seq/layer_norm_rows.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/execution_policy.hpp"

namespace sparseconv::inline v0_1 {

/// Layer norm of each row over its channels: output = (input - mean) / sqrt(variance + epsilon) * scale + shift, with
/// the row's own mean and its variance, which is divided by C.
///
/// Shapes: input and output N x C; scale and shift C numbers each, in the same memory. Output may be the input, else
///         must not overlap it.
/// Order:  `seq` and `cpu` wait for the result; a device policy does not.
/// Bits:   the same for every policy and number of threads, but for the sign and the digits of a NaN: all is computed
///         in double, every step rounded by itself, and rounded once to T.
/// Throws: ShapeError if an operand does not fit the others, or epsilon is not positive and finite.
template <ExecutionPolicy Policy, Element T, MemorySpace Memory>
void layer_norm_rows(Policy const& where, std::type_identity_t<MatrixView<T const, Memory>> input,
                     std::span<double const> scale, std::span<double const> shift, double epsilon,
                     MatrixView<T, Memory> output) {
  check_reach<Policy, Memory>();
  check_equal("layer_norm_rows", input.rows, output.rows, "the input's rows are", "the output's are");
  check_equal("layer_norm_rows", input.columns, output.columns, "the input's channels are", "the output's are");
  check_view(input, "the input's", "layer_norm_rows");
  check_view(output, "the output's", "layer_norm_rows");
  check_list(scale, "the scale's", "layer_norm_rows");
  check_list(shift, "the shift's", "layer_norm_rows");
  check_equal("layer_norm_rows", std::ssize(scale), output.columns, "the scale has a length of", "the channels are");
  check_equal("layer_norm_rows", std::ssize(shift), output.columns, "the shift has a length of", "the channels are");
  if (!(epsilon > 0) || !std::isfinite(epsilon)) {
    throw ShapeError({"layer_norm_rows: epsilon is ", epsilon, "; it must be positive and finite"});
  }
  if (output.columns == 0) return;
  if constexpr (std::derived_from<Policy, SequentialPolicy>) {
    on_seq::layer_norm_rows<T>(input, scale, shift, epsilon, output);
  } else if constexpr (HostPolicy<Policy>) {
    on_cpu::layer_norm_rows<T>(where, input, scale, shift, epsilon, output);
  } else {
    on_device::layer_norm_rows<T>(where, input, scale, shift, epsilon, output);
  }
}

}  // namespace sparseconv::inline v0_1

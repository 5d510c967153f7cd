#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <type_traits>

#include "sparseconv/execute/check_operands.hpp"
#include "sparseconv/execute/cpu/finish_rows.hpp"
#include "sparseconv/execute/device/finish_rows.hpp"
#include "sparseconv/execute/epilogue.hpp"
#include "sparseconv/execute/seq/finish_rows.hpp"
#include "sparseconv/execute/weights.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/execution_policy.hpp"

namespace sparseconv::inline v0_1 {

/// Does to stored rows what follows a convolution: output = activation(input * factors + bias + residual), each part that is
/// given. That is a batch norm, an activation, the sum of two matrices, or all of them in one pass.
///
/// Shapes: input and output M x C; factors C numbers or empty, in the same memory; the epilogue's as it says. Output may be the
///         input, else must not overlap it.
/// Order:  `seq` and `cpu` wait for the result; a device policy does not.
/// Bits:   the same for every policy, number of threads and instruction set: in the type of the sums, every step rounded by
///         itself, and rounded once more to T; but for the sign and the digits of a NaN.
/// Throws: ShapeError if an operand does not fit the others.
template <ExecutionPolicy Policy, Element T, MemorySpace Memory, Element W = T>
void finish_rows(Policy const& where, std::type_identity_t<MatrixView<T const, Memory>> input,
                 std::span<Accumulator<T> const> factors, Epilogue<T, Memory, W> const& epilogue,
                 MatrixView<T, Memory> output) {
  check_reach<Policy, Memory>();
  check_elements<T, W>();
  auto const require = [](std::int64_t given, std::int64_t needed, char const* what) {
    check_equal("finish_rows", given, needed, what, "the output's are");
  };
  require(input.rows, output.rows, "the input's rows are");
  require(input.columns, output.columns, "the input's channels are");
  check_view(input, "the input's", "finish_rows");
  check_view(output, "the output's", "finish_rows");
  check_list(factors, "the factors'", "finish_rows");
  check_list(epilogue.bias, "the bias's", "finish_rows");
  if (!factors.empty()) require(std::ssize(factors), output.columns, "the factors are");
  if (!epilogue.bias.empty()) require(std::ssize(epilogue.bias), output.columns, "the bias has a length of");
  if (epilogue.residual.data != nullptr) {
    require(epilogue.residual.rows, output.rows, "the residual's rows are");
    require(epilogue.residual.columns, output.columns, "the residual's channels are");
    check_view(epilogue.residual, "the residual's", "finish_rows");
  }
  if constexpr (std::derived_from<Policy, SequentialPolicy>) {
    on_seq::finish_rows<T, W>(input, factors, epilogue, output);
  } else if constexpr (HostPolicy<Policy>) {
    on_cpu::finish_rows<T, W>(where, input, factors, epilogue, output);
  } else {
    on_device::finish_rows<T, W>(where, input, factors, epilogue, output);
  }
}

}  // namespace sparseconv::inline v0_1

#pragma once

#include <concepts>
#include <type_traits>

#include "sparseconv/execute/check_operands.hpp"
#include "sparseconv/execute/cpu/softmax_rows.hpp"
#include "sparseconv/execute/device/softmax_rows.hpp"
#include "sparseconv/execute/seq/softmax_rows.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/execution_policy.hpp"

namespace sparseconv::inline v0_1 {

/// Makes shares of each row's numbers, as PyTorch's softmax over channels: e^(x - largest) / (the sum of these over the row).
///
/// A row with a NaN or with infinity becomes NaN, and so does one of nothing but -infinity.
///
/// Shapes: input and output M x C, rows of their own strides; C may be 0. Output may be the input, else must not overlap it.
/// Order:  `seq` and `cpu` wait for the result; a device policy does not.
/// Bits:   the same for every policy and number of threads: in double, the sum in the order of the channels, rounded once to T;
///         but for the sign and the digits of a NaN.
/// Error:  at most 0.501 units in the last place of a float, for up to ten thousand channels; of double the exponent x - largest is
///         a rounded number, so that it is about C + 5 and half as many as that exponent.
/// Work:   about 50 operations in double for each number; extra memory 8 C bytes for each thread of `cpu`, 16 M bytes on a device.
/// Throws: ShapeError if rows or channels differ, or rows overlap.
template <ExecutionPolicy Policy, Element T, MemorySpace Memory>
void softmax_rows(Policy const& where, std::type_identity_t<MatrixView<T const, Memory>> input,
                  MatrixView<T, Memory> output) {
  check_reach<Policy, Memory>();
  check_equal("softmax_rows", input.rows, output.rows, "the input's rows are", "the output's are");
  check_equal("softmax_rows", input.columns, output.columns, "the input's channels are", "the output's are");
  check_view(input, "the input's", "softmax_rows");
  check_view(output, "the output's", "softmax_rows");
  if constexpr (std::derived_from<Policy, SequentialPolicy>) {
    on_seq::softmax_rows<T>(input, output);
  } else if constexpr (HostPolicy<Policy>) {
    on_cpu::softmax_rows<T>(where, input, output);
  } else {
    on_device::softmax_rows<T>(where, input, output);
  }
}

}  // namespace sparseconv::inline v0_1

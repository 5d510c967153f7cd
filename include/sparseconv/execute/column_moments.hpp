#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <type_traits>

#include "sparseconv/execute/check_operands.hpp"
#include "sparseconv/execute/cpu/column_moments.hpp"
#include "sparseconv/execute/device/column_moments.hpp"
#include "sparseconv/execute/seq/column_moments.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/execution_policy.hpp"

namespace sparseconv::inline v0_1 {

/// Mean and variance of each column over all rows, in double: the mean first, then the mean of the squares of what the
/// numbers deviate from it by (biased: divided by N). Without rows both are 0.
///
/// Shapes: input N x C; mean and variance C numbers each, in the same memory.
/// Order:  `seq` and `cpu` wait for the result; a device policy does not.
/// Bits:   the same for every policy and number of threads, but for the sign and the digits of a NaN: sums of blocks
///         of 256 rows, see WideSum, are joined in their order.
/// Work:   two passes over N x C numbers; extra memory 8 bytes (16 for double), then 16, for each column of each block.
/// Throws: ShapeError if an operand does not fit the others.
template <ExecutionPolicy Policy, class Number, MemorySpace Memory>
requires Element<std::remove_const_t<Number>>
void column_moments(Policy const& where, MatrixView<Number, Memory> const& input, std::span<double> mean,
                    std::span<double> variance) {
  using T = std::remove_const_t<Number>;
  check_reach<Policy, Memory>();
  check_view(input, "the input's", "column_moments");
  check_list<double>(mean, "the means'", "column_moments");
  check_list<double>(variance, "the variances'", "column_moments");
  check_equal("column_moments", std::ssize(mean), input.columns, "the means are", "the input's columns are");
  check_equal("column_moments", std::ssize(variance), input.columns, "the variances are", "the input's columns are");
  MatrixView<T const, Memory> const numbers = input;
  if constexpr (std::derived_from<Policy, SequentialPolicy>) {
    on_seq::column_moments<T>(numbers, mean, variance);
  } else if constexpr (HostPolicy<Policy>) {
    on_cpu::column_moments<T>(where, numbers, mean, variance);
  } else {
    on_device::column_moments<T>(where, numbers, mean, variance);
  }
}

}  // namespace sparseconv::inline v0_1

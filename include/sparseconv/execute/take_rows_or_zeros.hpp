#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "sparseconv/error.hpp"
#include "sparseconv/execute/check_operands.hpp"
#include "sparseconv/execute/cpu/take_rows.hpp"
#include "sparseconv/execute/device/take_rows.hpp"
#include "sparseconv/execute/seq/take_rows.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/row.hpp"

namespace sparseconv::inline v0_1 {

/// Copies rows by their numbers, as take_rows; where the number is no_row, the output's row is zeros.
///
/// Shapes: rows N numbers in the policy's memory; input M x C, output N x C, which must not overlap.
/// Order:  `seq` and `cpu` wait for the result; a device policy does not.
/// Bits:   those of the input.
/// Throws: ShapeError if an operand does not fit the others, or names the first number that is neither a row of the input nor
///         no_row. A device does not look: there such a row becomes NaN.
template <ExecutionPolicy Policy, MemorySpace Memory, Element T>
void take_rows_or_zeros(Policy const& where, std::span<Row const> rows,
                        std::type_identity_t<MatrixView<T const, Memory>> input, MatrixView<T, Memory> output) {
  check_reach<Policy, Memory>();
  check_list(rows, "the rows'", "take_rows_or_zeros");
  check_equal("take_rows_or_zeros", std::ssize(rows), output.rows, "the rows to take are", "the output's are");
  check_equal("take_rows_or_zeros", input.columns, output.columns, "the input's channels are", "the output's are");
  check_view(input, "the input's", "take_rows_or_zeros");
  check_view(output, "the output's", "take_rows_or_zeros");
  if constexpr (Memory::host_reads) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i] == no_row || (rows[i] >= 0 && rows[i] < input.rows)) continue;
      throw ShapeError({"take_rows_or_zeros: place ", static_cast<std::int64_t>(i), " takes row ", rows[i],
                        " of an input of ", input.rows, " rows; give numbers of rows that it has, or no_row"});
    }
  }
  if constexpr (std::derived_from<Policy, SequentialPolicy>) {
    on_seq::take_rows<T>(rows, input, output);
  } else if constexpr (HostPolicy<Policy>) {
    on_cpu::take_rows<T>(where, rows, input, output);
  } else {
    on_device::take_rows<T>(where, rows, input, output, T{});
  }
}

}  // namespace sparseconv::inline v0_1

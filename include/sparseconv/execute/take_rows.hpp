#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
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

/// What becomes of the number no_row in a list of rows to take.
enum class OfNoRow {
  refused,  ///< it is no row of the input
  zeros     ///< the output's row is zeros
};

/// take_rows or take_rows_or_zeros.
template <ExecutionPolicy Policy, MemorySpace Memory, Element T>
void take_rows_as(Policy const& where, std::span<Row const> rows, MatrixView<T const, Memory> input,
                  MatrixView<T, Memory> output, OfNoRow of_no_row) {
  bool const zeros = of_no_row == OfNoRow::zeros;
  char const* const call = zeros ? "take_rows_or_zeros" : "take_rows";
  check_reach<Policy, Memory>();
  check_list(rows, "the rows'", call);
  check_equal(call, std::ssize(rows), output.rows, "the rows to take are", "the output's are");
  check_equal(call, input.columns, output.columns, "the input's channels are", "the output's are");
  check_view(input, "the input's", call);
  check_view(output, "the output's", call);
  if constexpr (Memory::host_reads) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if ((rows[i] >= 0 && rows[i] < input.rows) || (zeros && rows[i] == no_row)) continue;
      throw ShapeError({call, ": place ", static_cast<std::int64_t>(i), " takes row ", rows[i], " of an input of ",
                        input.rows, " rows; give numbers of rows that it has", zeros ? ", or no_row" : ""});
    }
  }
  if constexpr (std::derived_from<Policy, SequentialPolicy>) {
    on_seq::take_rows<T>(rows, input, output);
  } else if constexpr (HostPolicy<Policy>) {
    on_cpu::take_rows<T>(where, rows, input, output);
  } else {
    on_device::take_rows<T>(where, rows, input, output, zeros ? T{} : std::numeric_limits<T>::quiet_NaN());
  }
}

/// Copies rows by their numbers: row i of the output is row rows[i] of the input. With parent_rows children take the features of
/// their parents.
///
/// Shapes: rows N numbers in the policy's memory; input M x C, output N x C, which must not overlap.
/// Order:  `seq` and `cpu` wait for the result; a device policy does not.
/// Bits:   those of the input.
/// Throws: ShapeError if an operand does not fit the others, or names the first number that is no row of the input. A device does not
///         look: there the row becomes NaN.
template <ExecutionPolicy Policy, MemorySpace Memory, Element T>
void take_rows(Policy const& where, std::span<Row const> rows, std::type_identity_t<MatrixView<T const, Memory>> input,
               MatrixView<T, Memory> output) {
  take_rows_as(where, rows, input, output, OfNoRow::refused);
}

/// The same, but where the number is no_row, the output's row is zeros. With matching_rows sites take the features that another set
/// has for them.
///
/// Throws: as take_rows, of every other number that is no row of the input.
template <ExecutionPolicy Policy, MemorySpace Memory, Element T>
void take_rows_or_zeros(Policy const& where, std::span<Row const> rows,
                        std::type_identity_t<MatrixView<T const, Memory>> input, MatrixView<T, Memory> output) {
  take_rows_as(where, rows, input, output, OfNoRow::zeros);
}

}  // namespace sparseconv::inline v0_1

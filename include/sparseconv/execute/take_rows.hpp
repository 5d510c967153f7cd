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
  check_reach<Policy, Memory>();
  check_list(rows, "the rows'", "take_rows");
  check_equal("take_rows", std::ssize(rows), output.rows, "the rows to take are", "the output's are");
  check_equal("take_rows", input.columns, output.columns, "the input's channels are", "the output's are");
  check_view(input, "the input's", "take_rows");
  check_view(output, "the output's", "take_rows");
  if constexpr (Memory::host_reads) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i] >= 0 && rows[i] < input.rows) continue;
      throw ShapeError({"take_rows: place ", static_cast<std::int64_t>(i), " takes row ", rows[i], " of an input of ",
                        input.rows, " rows; give numbers of rows that it has"});
    }
  }
  if constexpr (std::derived_from<Policy, SequentialPolicy>) {
    on_seq::take_rows<T>(rows, input, output);
  } else if constexpr (HostPolicy<Policy>) {
    on_cpu::take_rows<T>(where, rows, input, output);
  } else {
    on_device::take_rows<T>(where, rows, input, output, std::numeric_limits<T>::quiet_NaN());
  }
}

}  // namespace sparseconv::inline v0_1

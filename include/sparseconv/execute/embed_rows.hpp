#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>

#include "sparseconv/error.hpp"
#include "sparseconv/execute/check_operands.hpp"
#include "sparseconv/execute/cpu/embed_rows.hpp"
#include "sparseconv/execute/device/embed_rows.hpp"
#include "sparseconv/execute/integer_number.hpp"
#include "sparseconv/execute/seq/embed_rows.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/execution_policy.hpp"

namespace sparseconv::inline v0_1 {

/// Features of integers: row i of the output is the row of the table that number i says.
///
/// Shapes: numbers N x 1, of integers or of features that hold some (a column of a tensor's features, see column_range); table
///         count x C, output N x C, which must not overlap. Numbers are those of Number, with const or without.
/// Order:  `seq` and `cpu` wait for the result; a device policy does not.
/// Bits:   those of the table.
/// Throws: ShapeError if an operand does not fit the others, or names the first number that is none of 0 to count - 1, is no integer
///         or NaN; what the output holds then is not told. A device does not look: there the row becomes NaN.
template <ExecutionPolicy Policy, class Number, MemorySpace Memory, Element T>
requires IntegerNumber<std::remove_const_t<Number>>
void embed_rows(Policy const& where, MatrixView<Number, Memory> numbers,
                std::type_identity_t<MatrixView<T const, Memory>> table, MatrixView<T, Memory> output) {
  using Stored = std::remove_const_t<Number>;
  check_reach<Policy, Memory>();
  check_equal("embed_rows", numbers.columns, 1, "the columns of numbers are", "and it takes");
  check_equal("embed_rows", numbers.rows, output.rows, "the numbers are", "the output's rows are");
  check_equal("embed_rows", table.columns, output.columns, "the table's channels are", "the output's are");
  check_view(numbers, "the numbers'", "embed_rows");
  check_view(table, "the table's", "embed_rows");
  check_view(output, "the output's", "embed_rows");
  if constexpr (!HostPolicy<Policy>) {
    on_device::embed_rows<T, Stored>(where, numbers, table, output);
  } else {
    std::int64_t first_wrong = output.rows;
    if constexpr (std::derived_from<Policy, SequentialPolicy>) {
      first_wrong = on_seq::embed_range<T, Stored>(0, output.rows, numbers, table, output);
    } else {
      first_wrong = on_cpu::embed_rows<T, Stored>(where, numbers, table, output);
    }
    if (first_wrong == output.rows) return;
    if (table.rows == 0) {
      throw ShapeError({"embed_rows: the table of ", output.rows,
                        " numbers has no rows; give it one for each number that there is"});
    }
    Stored const wrong = *numbers.row_data(first_wrong);
    auto const refuse = [&](auto shown) {
      throw ShapeError({"embed_rows: row ", first_wrong, " has the number ", shown, ", and the table has ", table.rows,
                        " rows; give integers from 0 to ", table.rows - 1});
    };
    if constexpr (Element<Stored>) {
      refuse(static_cast<double>(static_cast<Accumulator<Stored>>(wrong)));
    } else if constexpr (std::is_signed_v<Stored>) {
      refuse(static_cast<std::int64_t>(wrong));
    } else {
      refuse(static_cast<std::uint64_t>(wrong));
    }
  }
}

}  // namespace sparseconv::inline v0_1

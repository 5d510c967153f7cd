#pragma once

#include <algorithm>
#include <cstdint>

#include "sparseconv/execute/integer_number.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"

namespace sparseconv::inline v0_1::on_seq {

/// Rows [begin, end) of sparseconv::embed_rows. The first whose number is none of the table's, or `end`; rows from there on are not
/// written.
template <Element T, IntegerNumber Number>
std::int64_t embed_range(std::int64_t begin, std::int64_t end, MatrixView<Number const> numbers,
                         MatrixView<T const> table, MatrixView<T> output) {
  for (std::int64_t row = begin; row < end; ++row) {
    std::int64_t const taken = row_of_number(*numbers.row_data(row), table.rows);
    if (taken < 0) return row;
    std::copy_n(table.row_data(taken), output.columns, output.row_data(row));
  }
  return end;
}

}  // namespace sparseconv::inline v0_1::on_seq

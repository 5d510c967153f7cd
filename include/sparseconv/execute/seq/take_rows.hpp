#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/primitive/row.hpp"

namespace sparseconv::inline v0_1::on_seq {

/// sparseconv::take_rows and take_rows_or_zeros, row by row.
template <Element T>
void take_rows(std::span<Row const> rows, MatrixView<T const> input, MatrixView<T> output) {
  for (std::int64_t row = 0; row < output.rows; ++row) {
    Row const taken = rows[static_cast<std::size_t>(row)];
    if (taken == no_row) {
      std::fill_n(output.row_data(row), output.columns, T{});
    } else {
      std::copy_n(input.row_data(taken), output.columns, output.row_data(row));
    }
  }
}

}  // namespace sparseconv::inline v0_1::on_seq

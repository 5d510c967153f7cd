#pragma once

#include <algorithm>
#include <cstdint>

#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"

namespace sparseconv::inline v0_1::on_seq {

/// sparseconv::copy_rows row by row.
template <Element T>
void copy_rows(MatrixView<T const> input, MatrixView<T> output) {
  for (std::int64_t row = 0; row < output.rows; ++row)
    std::copy_n(input.row_data(row), output.columns, output.row_data(row));
}

}  // namespace sparseconv::inline v0_1::on_seq

#pragma once

#include <cstdint>

#include "sparseconv/execute/softmax.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"

namespace sparseconv::inline v0_1::on_seq {

/// sparseconv::softmax_rows in plain loops.
template <Element T>
void softmax_rows(MatrixView<T const> input, MatrixView<T> output) {
  for (std::int64_t row = 0; row < output.rows; ++row) {
    SoftmaxRow const known = SoftmaxRow::of(input.row_data(row), input.columns);
    for (std::int64_t c = 0; c < output.columns; ++c)
      output(row, c) = static_cast<T>(known.power(input(row, c)) / known.sum);
  }
}

}  // namespace sparseconv::inline v0_1::on_seq

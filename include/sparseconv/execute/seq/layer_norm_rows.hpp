#pragma once

#include <cstdint>
#include <span>

#include "sparseconv/execute/row_spread.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"

namespace sparseconv::inline v0_1::on_seq {

/// sparseconv::layer_norm_rows in plain loops.
template <Element T>
void layer_norm_rows(MatrixView<T const> input, std::span<double const> scale, std::span<double const> shift,
                     double epsilon, MatrixView<T> output) {
  for (std::int64_t row = 0; row < output.rows; ++row) {
    RowSpread const spread = row_spread(input.row_data(row), input.columns, epsilon);
    for (std::int64_t c = 0; c < output.columns; ++c) {
      auto const i = static_cast<std::size_t>(c);
      output(row, c) = T(spread.normalized(static_cast<double>(input(row, c)), scale[i], shift[i]));
    }
  }
}

}  // namespace sparseconv::inline v0_1::on_seq

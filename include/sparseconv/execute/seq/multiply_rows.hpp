#pragma once

#include <algorithm>
#include <cstdint>

#include "sparseconv/execute/epilogue.hpp"
#include "sparseconv/execute/seq/finish_rows.hpp"
#include "sparseconv/execute/weights.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/arithmetic.hpp"
#include "sparseconv/number/element.hpp"

namespace sparseconv::inline v0_1::on_seq {

/// sparseconv::multiply_rows in plain loops, row by row.
template <Element T, Element W>
void multiply_rows(MatrixView<T const> input, WeightsView<W> const& weights, MatrixView<T> output,
                   Epilogue<T, HostMemory, W> const& epilogue) {
  using Sum = Accumulator<T>;
  MatrixView<W const> const matrix = weights.element(0);
  Buffer<Sum> sums(output.columns);
  for (std::int64_t row = 0; row < output.rows; ++row) {
    std::fill(sums.begin(), sums.end(), Sum{0});
    for (std::int64_t c = 0; c < input.columns; ++c) {
      auto const factor = static_cast<Sum>(input(row, c));
      for (std::int64_t j = 0; j < output.columns; ++j) {
        sums[j] = product_then_sum(factor, static_cast<Sum>(matrix(c, j)), sums[j]);
      }
    }
    for (std::int64_t j = 0; j < output.columns; ++j) output(row, j) = finished(epilogue, sums[j], row, j);
  }
}

}  // namespace sparseconv::inline v0_1::on_seq

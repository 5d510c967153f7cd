#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sparseconv/execute/column_block.hpp"
#include "sparseconv/execute/item_blocks.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/number/wide_sum.hpp"

namespace sparseconv::inline v0_1::on_seq {

/// sparseconv::column_moments in plain loops.
template <Element T>
void column_moments(MatrixView<T const> input, std::span<double> means, std::span<double> variances) {
  std::int64_t const blocks = block_count(input.rows);
  std::vector<WideSum<T>> sums(static_cast<std::size_t>(blocks));
  std::vector<WideSum<double>> squares(static_cast<std::size_t>(blocks));
  for (std::size_t c = 0; c < means.size(); ++c) {
    for (std::int64_t block = 0; block < blocks; ++block) {
      sums[static_cast<std::size_t>(block)] = ColumnBlock<T>(input.data + c, input.stride, input.rows, block).sum();
    }
    double const mean = mean_of_blocks(sums.data(), 0, 1, input.rows);
    for (std::int64_t block = 0; block < blocks; ++block) {
      squares[static_cast<std::size_t>(block)] =
          ColumnBlock<T>(input.data + c, input.stride, input.rows, block).squares(mean);
    }
    means[c] = mean;
    variances[c] = mean_of_blocks(squares.data(), 0, 1, input.rows);
  }
}

}  // namespace sparseconv::inline v0_1::on_seq

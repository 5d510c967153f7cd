#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "sparseconv/execute/item_blocks.hpp"
#include "sparseconv/execute/pooling.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/primitive/row.hpp"

namespace sparseconv::inline v0_1::on_seq {

/// sparseconv::pool_items in plain loops.
template <Element T>
void pool_items(std::span<Row const> offsets, MatrixView<T const> input, MatrixView<T> output, Pooling pooling) {
  for (std::int64_t item = 0; item < output.rows; ++item) {
    std::int64_t const first = offsets[static_cast<std::size_t>(item)];
    std::int64_t const last = offsets[static_cast<std::size_t>(item) + 1];
    for (std::int64_t c = 0; c < output.columns; ++c) {
      PooledNumber<T> pooled;
      for (std::int64_t begin = first; begin < last; begin += rows_per_block) {
        PooledNumber<T> block;
        std::int64_t const end = std::min(begin + rows_per_block, last);
        for (std::int64_t row = begin; row < end; ++row) block.include(pooling, input(row, c));
        pooled.include(pooling, block);
      }
      output(item, c) = pooled.result(pooling, 1);
    }
  }
}

}  // namespace sparseconv::inline v0_1::on_seq

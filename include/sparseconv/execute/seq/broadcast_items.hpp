#pragma once

#include <cstdint>
#include <span>

#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/primitive/row.hpp"

namespace sparseconv::inline v0_1::on_seq {

/// sparseconv::broadcast_items in plain loops.
template <Element T>
void broadcast_items(std::span<Row const> offsets, MatrixView<T const> input, MatrixView<T> output) {
  for (std::int64_t item = 0; item < input.rows; ++item) {
    std::int64_t const end = offsets[static_cast<std::size_t>(item) + 1];
    for (std::int64_t row = offsets[static_cast<std::size_t>(item)]; row < end; ++row) {
      for (std::int64_t c = 0; c < output.columns; ++c) output(row, c) = input(item, c);
    }
  }
}

}  // namespace sparseconv::inline v0_1::on_seq

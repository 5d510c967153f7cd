#pragma once

#include <cstdint>

#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/number/rounded_to.hpp"

namespace sparseconv::inline v0_1::on_seq {

/// sparseconv::cast_rows in plain loops.
template <Element To, Element From>
void cast_rows(MatrixView<From const> input, MatrixView<To> output) {
  for (std::int64_t row = 0; row < output.rows; ++row) {
    for (std::int64_t c = 0; c < output.columns; ++c) output(row, c) = rounded_to<To>(input(row, c));
  }
}

}  // namespace sparseconv::inline v0_1::on_seq

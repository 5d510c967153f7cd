#pragma once

#include <cstdint>

#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/cpu/narrow_numbers.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/instruction_set.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// Rows of two-byte numbers as float, one after the other.
template <Element T>
requires(is_narrow<T>) void widen_rows(MatrixView<T const> rows, float* to, InstructionSet set) {
  if (!rows.has_gaps()) {
    widen_numbers(rows.data, to, rows.size(), set);
    return;
  }
  for (std::int64_t row = 0; row < rows.rows; ++row) {
    widen_numbers(rows.row(row), to + row * rows.columns, rows.columns, set);
  }
}

}  // namespace sparseconv::inline v0_1::on_cpu

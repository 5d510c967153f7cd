#pragma once

#include <cstdint>

#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/cpu/narrow_numbers.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/cpu_policy.hpp"
#include "sparseconv/policy/instruction_set.hpp"
#include "sparseconv/primitive/for_each.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// Rows of two-byte numbers as float, one after the other.
template <Element T>
requires(is_narrow<T>) void widen_rows(MatrixView<T const> rows, float* to, InstructionSet set) {
  if (!rows.has_gaps()) {
    widen_numbers(rows.data, to, rows.size(), set);
    return;
  }
  for (std::int64_t row = 0; row < rows.rows; ++row) {
    widen_numbers(rows.row_data(row), to + row * rows.columns, rows.columns, set);
  }
}

/// All rows of a matrix as float, by all threads.
template <Element T>
requires(is_narrow<T>) Buffer<float> widened_rows(CpuPolicy const& where, MatrixView<T const> rows) {
  Buffer<float> wide(where.memory(), rows.size());
  for_each_range(where, rows.rows, 512, [&](std::int64_t begin, std::int64_t end) {
    MatrixView<T const> const some{rows.row_data(begin), end - begin, rows.columns, rows.stride};
    widen_rows(some, wide.data() + begin * rows.columns, where.instruction_set());
  });
  return wide;
}

}  // namespace sparseconv::inline v0_1::on_cpu

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/primitive/row.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// sparseconv::take_rows and take_rows_or_zeros, whose rows threads share.
template <Element T>
void take_rows(CpuPolicy const& where, std::span<Row const> rows, MatrixView<T const> input, MatrixView<T> output) {
  auto const bytes = static_cast<std::size_t>(output.columns) * sizeof(T);
  if (bytes == 0) return;
  for_each_range(where, output.rows, 1024, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      Row const taken = rows[static_cast<std::size_t>(row)];
      if (taken == no_row) {
        std::fill_n(output.row_data(row), output.columns, T{});
      } else {
        std::memcpy(output.row_data(row), input.row_data(taken), bytes);
      }
    }
  });
}

}  // namespace sparseconv::inline v0_1::on_cpu

#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/cpu_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/primitive/row.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// sparseconv::broadcast_items: threads share the rows, and each looks for the item of its first one.
template <Element T>
void broadcast_items(CpuPolicy const& where, std::span<Row const> offsets, MatrixView<T const> input,
                     MatrixView<T> output) {
  for_each_range(where, output.rows, 1024, [&](std::int64_t begin, std::int64_t end) {
    std::int64_t item = std::upper_bound(offsets.begin(), offsets.end(), begin) - offsets.begin() - 1;
    for (std::int64_t row = begin; row < end; ++row) {
      while (offsets[static_cast<std::size_t>(item) + 1] <= row) ++item;
      std::copy_n(input.row_data(item), output.columns, output.row_data(row));
    }
  });
}

}  // namespace sparseconv::inline v0_1::on_cpu

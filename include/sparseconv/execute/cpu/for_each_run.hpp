#pragma once

#include <cstdint>

#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// Calls body(from, to, count) for runs of numbers that follow one another in two matrices of one shape, which together are all:
/// parts of the whole where neither has gaps, else rows. On several threads.
template <class From, class To, class Body>
void for_each_run(CpuPolicy const& where, MatrixView<From> input, MatrixView<To> output, Body const& body) {
  constexpr std::int64_t grain = 16384;  // numbers
  if (output.rows == 0 || output.columns == 0) return;
  if (!input.has_gaps() && !output.has_gaps()) {
    for_each_range(where, output.size(), grain, [&](std::int64_t begin, std::int64_t end) {
      body(input.data + begin, output.data + begin, end - begin);
    });
    return;
  }
  for_each_range(where, output.rows, grain / output.columns + 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) body(input.row_data(row), output.row_data(row), output.columns);
  });
}

}  // namespace sparseconv::inline v0_1::on_cpu

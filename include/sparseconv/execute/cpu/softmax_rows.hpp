#pragma once

#include <cstdint>

#include "sparseconv/execute/softmax.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// sparseconv::softmax_rows, where each power is computed once and kept until the sum is known.
template <Element T>
void softmax_rows(CpuPolicy const& where, MatrixView<T const> input, MatrixView<T> output) {
  for_each_range(where, output.rows, 256, [&](std::int64_t begin, std::int64_t end) {
    Buffer<double> powers(where.memory(), output.columns);
    for (std::int64_t row = begin; row < end; ++row) {
      T const* const from = input.row_data(row);
      T* const to = output.row_data(row);
      SoftmaxRow known;
      known.find_largest(from, output.columns);
      for (std::int64_t c = 0; c < output.columns; ++c) powers[c] = known.power(from[c]);
      for (std::int64_t c = 0; c < output.columns; ++c) known.sum += powers[c];
      for (std::int64_t c = 0; c < output.columns; ++c) to[c] = static_cast<T>(powers[c] / known.sum);
    }
  });
}

}  // namespace sparseconv::inline v0_1::on_cpu

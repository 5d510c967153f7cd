#pragma once

#include <algorithm>
#include <cstdint>

#include "sparseconv/execute/epilogue.hpp"
#include "sparseconv/execute/seq/finish_rows.hpp"
#include "sparseconv/execute/weights.hpp"
#include "sparseconv/index/row_map.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/arithmetic.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"

namespace sparseconv::inline v0_1::on_seq {

/// sparseconv::implicit_gemm in plain loops, one output after the other, for every policy of the host.
template <Element T, Element W, HostPolicy Policy>
void implicit_gemm(Policy const& where, RowMapView const& map, MatrixView<T const> input, WeightsView<W> const& weights,
                   MatrixView<T> output, Epilogue<T, HostMemory, W> const& epilogue) {
  using Sum = Accumulator<T>;
  for_each_range(where, map.output_count, 256, [&](std::int64_t begin, std::int64_t end) {
    Buffer<Sum> sums(where.memory(), output.columns);
    for (std::int64_t place = begin; place < end; ++place) {
      std::fill(sums.begin(), sums.end(), Sum{0});
      for (std::int64_t k = 0; k < map.elements; ++k) {
        Row const row = map.input_rows[k * map.output_count + place];
        if (row == no_row) continue;
        MatrixView<W const> const matrix = weights.element(k);
        for (std::int64_t c = 0; c < input.columns; ++c) {
          auto const factor = static_cast<Sum>(input(row, c));
          for (std::int64_t j = 0; j < output.columns; ++j) {
            sums[j] = product_then_sum(factor, static_cast<Sum>(matrix(c, j)), sums[j]);
          }
        }
      }
      Row const row = map.output_rows[place];
      for (std::int64_t c = 0; c < output.columns; ++c) output(row, c) = finished(epilogue, sums[c], row, c);
    }
  });
}

}  // namespace sparseconv::inline v0_1::on_seq

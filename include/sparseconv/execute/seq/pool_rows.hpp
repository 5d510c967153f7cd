#pragma once

#include <cstddef>
#include <cstdint>

#include "sparseconv/execute/pooling.hpp"
#include "sparseconv/index/rulebook.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"

namespace sparseconv::inline v0_1::on_seq {

/// sparseconv::pool_rows in plain loops.
template <Element T>
void pool_rows(RulebookView<> const& rules, MatrixView<T const> input, MatrixView<T> output, Pooling pooling) {
  Buffer<PooledNumber<T>> pooled(output.size(), {});
  for (std::int64_t k = 0; k < rules.element_count(); ++k) {
    for (std::int64_t pair = 0; pair < rules.pair_count(k); ++pair) {
      Row const from = rules.inputs_of(k)[static_cast<std::size_t>(pair)];
      Row const to = rules.outputs_of(k)[static_cast<std::size_t>(pair)];
      for (std::int64_t c = 0; c < output.columns; ++c) {
        pooled[to * output.columns + c].include(pooling, input(from, c));
      }
    }
  }
  for (std::int64_t row = 0; row < output.rows; ++row) {
    for (std::int64_t c = 0; c < output.columns; ++c) {
      output(row, c) = pooled[row * output.columns + c].result(pooling, rules.element_count());
    }
  }
}

}  // namespace sparseconv::inline v0_1::on_seq

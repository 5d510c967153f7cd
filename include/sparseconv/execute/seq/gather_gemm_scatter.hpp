#pragma once

#include <cstdint>

#include "sparseconv/execute/epilogue.hpp"
#include "sparseconv/execute/seq/finish_rows.hpp"
#include "sparseconv/execute/weights.hpp"
#include "sparseconv/index/rulebook.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/arithmetic.hpp"
#include "sparseconv/number/element.hpp"

namespace sparseconv::inline v0_1::on_seq {

/// sparseconv::gather_gemm_scatter in plain loops, pair by pair: the reference of every other policy and dataflow.
template <Element T, Element W>
void gather_gemm_scatter(RulebookView<> const& rules, MatrixView<T const> input, WeightsView<W> const& weights,
                         MatrixView<T> output, Epilogue<T, HostMemory, W> const& epilogue) {
  using Sum = Accumulator<T>;
  Buffer<Sum> sums(output.size(), Sum{0});
  for (std::int64_t k = 0; k < rules.element_count(); ++k) {
    MatrixView<W const> const matrix = weights.element(k);
    for (std::int64_t pair = 0; pair < rules.pair_count(k); ++pair) {
      T const* const in = input.row_data(rules.inputs_of(k)[static_cast<std::size_t>(pair)]);
      Sum* const out = sums.data() + rules.outputs_of(k)[static_cast<std::size_t>(pair)] * output.columns;
      for (std::int64_t c = 0; c < input.columns; ++c) {
        auto const factor = static_cast<Sum>(in[c]);
        for (std::int64_t j = 0; j < output.columns; ++j) {
          out[j] = product_then_sum(factor, static_cast<Sum>(matrix(c, j)), out[j]);
        }
      }
    }
  }
  for (std::int64_t row = 0; row < output.rows; ++row) {
    for (std::int64_t c = 0; c < output.columns; ++c) {
      output(row, c) = finished(epilogue, sums[row * output.columns + c], row, c);
    }
  }
}

}  // namespace sparseconv::inline v0_1::on_seq

#pragma once

#include <cstdint>
#include <span>

#include "sparseconv/execute/epilogue.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/arithmetic.hpp"
#include "sparseconv/number/element.hpp"

namespace sparseconv::inline v0_1::on_seq {

/// A sum as the epilogue finishes it, for one row and channel.
template <Element T, Element W>
T finished(Epilogue<T, HostMemory, W> const& epilogue, Accumulator<T> sum, std::int64_t row, std::int64_t channel) {
  if (!epilogue.bias.empty()) sum += static_cast<Accumulator<T>>(epilogue.bias[static_cast<std::size_t>(channel)]);
  if (epilogue.residual.data != nullptr) sum += static_cast<Accumulator<T>>(epilogue.residual(row, channel));
  return T(epilogue.activation(sum));
}

/// sparseconv::finish_rows in plain loops.
template <Element T, Element W>
void finish_rows(MatrixView<T const> input, std::span<Accumulator<T> const> factors,
                 Epilogue<T, HostMemory, W> const& epilogue, MatrixView<T> output) {
  for (std::int64_t row = 0; row < output.rows; ++row) {
    for (std::int64_t c = 0; c < output.columns; ++c) {
      auto value = static_cast<Accumulator<T>>(input(row, c));
      if (!factors.empty()) value = rounded_product(value, factors[static_cast<std::size_t>(c)]);
      output(row, c) = finished(epilogue, value, row, c);
    }
  }
}

}  // namespace sparseconv::inline v0_1::on_seq

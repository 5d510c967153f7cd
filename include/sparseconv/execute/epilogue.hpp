#pragma once

#include <cstdint>
#include <span>

#include "sparseconv/execute/activation.hpp"
#include "sparseconv/tensor/element.hpp"
#include "sparseconv/tensor/matrix_view.hpp"

namespace sparseconv {

/// What is done to an output row when its sum is complete: activation(sum + bias + residual).
///
/// Shapes: bias C_out numbers or empty; residual M x C_out or without data.
template <Element T>
struct Epilogue {
  std::span<T const> bias{};
  MatrixView<T const> residual{};
  Activation activation = no_activation;

  /// Writes the finished row. `sum` may be `output`.
  void operator()(std::int64_t row, std::int64_t channels, T const* sum, T* output) const {
    T const* const added = residual.data == nullptr ? nullptr : residual.row(row);
    for (std::int64_t c = 0; c < channels; ++c) {
      T value = sum[c];
      if (!bias.empty()) value += bias[static_cast<std::size_t>(c)];
      if (added != nullptr) value += added[c];
      output[c] = activation(value);
    }
  }
};

}  // namespace sparseconv

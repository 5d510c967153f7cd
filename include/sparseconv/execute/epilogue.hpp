#pragma once

#include <algorithm>
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

  /// Writes the finished row. `sum` may be `output`, else they must not overlap.
  void operator()(std::int64_t row, std::int64_t channels, T const* sum, T* output) const {
    if (bias.empty()) {
      std::copy_n(sum, channels, output);
    } else {
      for (std::int64_t c = 0; c < channels; ++c) output[c] = sum[c] + bias[static_cast<std::size_t>(c)];
    }
    if (residual.data != nullptr) {
      for (std::int64_t c = 0; c < channels; ++c) output[c] += residual(row, c);
    }
    activation.apply(output, channels);
  }
};

}  // namespace sparseconv

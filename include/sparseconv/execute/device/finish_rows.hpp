#pragma once

#include <cstdint>
#include <span>
#include <type_traits>

#include "sparseconv/config.hpp"
#include "sparseconv/execute/activation.hpp"
#include "sparseconv/execute/epilogue.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/arithmetic.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Finishes a number of a matrix; what is not wanted is nullptr. Smooth: whether the activation is, so that the others' bodies are
/// short.
template <Element T, Element W, bool Smooth>
struct FinishNumber {
  T const* input;
  std::int64_t input_stride;
  Accumulator<T> const* factors;
  W const* bias;
  T const* residual;
  std::int64_t residual_stride;
  Activation activation;
  T* output;
  std::int64_t output_stride;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t row, std::int64_t channel) const {
    using Sum = Accumulator<T>;
    auto value = static_cast<Sum>(input[row * input_stride + channel]);
    if (factors != nullptr) value = rounded_product(value, factors[channel]);
    if (bias != nullptr) value += static_cast<Sum>(bias[channel]);
    if (residual != nullptr) value += static_cast<Sum>(residual[row * residual_stride + channel]);
    if constexpr (Smooth) {
      output[row * output_stride + channel] = T(activation.smooth(value));
    } else {
      output[row * output_stride + channel] = T(activation.piecewise(value));
    }
  }
};

/// sparseconv::finish_rows, each number by itself. Does not wait.
template <Element T, Element W, DevicePolicy Policy>
void finish_rows(Policy const& where, MatrixView<T const, typename Policy::Memory> input,
                 std::span<Accumulator<T> const> factors, Epilogue<T, typename Policy::Memory, W> const& epilogue,
                 MatrixView<T, typename Policy::Memory> output) {
  auto const finish = [&]<bool Smooth>(std::bool_constant<Smooth>) {
    where.for_each(output.rows, output.columns,
                   FinishNumber<T, W, Smooth>{.input = input.data,
                                              .input_stride = input.stride,
                                              .factors = factors.empty() ? nullptr : factors.data(),
                                              .bias = epilogue.bias.empty() ? nullptr : epilogue.bias.data(),
                                              .residual = epilogue.residual.data,
                                              .residual_stride = epilogue.residual.stride,
                                              .activation = epilogue.activation,
                                              .output = output.data,
                                              .output_stride = output.stride});
  };
  if (epilogue.activation.is_smooth()) {
    finish(std::true_type{});
  } else {
    finish(std::false_type{});
  }
}

}  // namespace sparseconv::inline v0_1::on_device

#pragma once

#include <cstdint>
#include <span>

#include "sparseconv/config.hpp"
#include "sparseconv/execute/row_spread.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Notes the spread of a row.
template <Element T>
struct SpreadOfRow {
  T const* input;
  std::int64_t input_stride;
  std::int64_t channels;
  double epsilon;
  RowSpread* spreads;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t row) const {
    spreads[row] = row_spread(input + row * input_stride, channels, epsilon);
  }
};

/// Normalizes a number by the spread of its row.
template <Element T>
struct NormalizeNumber {
  T const* input;
  std::int64_t input_stride;
  RowSpread const* spreads;
  double const* scale;
  double const* shift;
  T* output;
  std::int64_t output_stride;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t row, std::int64_t channel) const {
    auto const number = static_cast<double>(input[row * input_stride + channel]);
    output[row * output_stride + channel] = T(spreads[row].normalized(number, scale[channel], shift[channel]));
  }
};

/// sparseconv::layer_norm_rows: what is taken from each row first, then each number by itself. Does not wait.
template <Element T, DevicePolicy Policy>
void layer_norm_rows(Policy const& where, MatrixView<T const, typename Policy::Memory> input,
                     std::span<double const> scale, std::span<double const> shift, double epsilon,
                     MatrixView<T, typename Policy::Memory> output) {
  Buffer<RowSpread, typename Policy::Memory> spreads(where.memory(), output.rows);
  where.for_each(output.rows, SpreadOfRow<T>{input.data, input.stride, input.columns, epsilon, spreads.data()});
  where.for_each(output.rows, output.columns,
                 NormalizeNumber<T>{input.data, input.stride, spreads.data(), scale.data(), shift.data(), output.data,
                                    output.stride});
}

}  // namespace sparseconv::inline v0_1::on_device

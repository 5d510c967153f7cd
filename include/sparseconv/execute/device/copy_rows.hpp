#pragma once

#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/device_policy.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Copies a number of a matrix.
template <Element T>
struct CopyNumber {
  T const* input;
  std::int64_t input_stride;
  T* output;
  std::int64_t output_stride;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t row, std::int64_t column) const {
    output[row * output_stride + column] = input[row * input_stride + column];
  }
};

/// sparseconv::copy_rows, each number by itself, or all bytes at once where neither side has gaps. Does not wait.
template <Element T, DevicePolicy Policy>
void copy_rows(Policy const& where, MatrixView<T const, typename Policy::Memory> input,
               MatrixView<T, typename Policy::Memory> output) {
  if (input.has_gaps() || output.has_gaps()) {
    where.for_each(output.rows, output.columns, CopyNumber<T>{input.data, input.stride, output.data, output.stride});
  } else {
    where.copy_on_device(output.data, input.data, output.size() * static_cast<std::int64_t>(sizeof(T)));
  }
}

}  // namespace sparseconv::inline v0_1::on_device

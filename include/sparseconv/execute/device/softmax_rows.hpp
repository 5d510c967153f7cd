#pragma once

#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/execute/softmax.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Finds what the numbers of a row need to know of each other.
template <Element T>
struct FindSoftmaxRow {
  T const* input;
  std::int64_t input_stride;
  std::int64_t columns;
  SoftmaxRow* rows;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t row) const {
    rows[row] = SoftmaxRow::of(input + row * input_stride, columns);
  }
};

/// Writes a number of a row that is known.
template <Element T>
struct WriteSoftmax {
  T const* input;
  std::int64_t input_stride;
  SoftmaxRow const* rows;
  T* output;
  std::int64_t output_stride;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t row, std::int64_t channel) const {
    SoftmaxRow const known = rows[row];
    output[row * output_stride + channel] =
        static_cast<T>(known.power(input[row * input_stride + channel]) / known.sum);
  }
};

/// sparseconv::softmax_rows: a thread sums a row, so that its order is that of the channels; then each number by itself. Does not
/// wait.
template <Element T, DevicePolicy Policy>
void softmax_rows(Policy const& where, MatrixView<T const, typename Policy::Memory> input,
                  MatrixView<T, typename Policy::Memory> output) {
  Buffer<SoftmaxRow, typename Policy::Memory> rows(where.memory(), output.rows);
  where.for_each(output.rows, FindSoftmaxRow<T>{input.data, input.stride, input.columns, rows.data()});
  where.for_each(output.rows, output.columns,
                 WriteSoftmax<T>{input.data, input.stride, rows.data(), output.data, output.stride});
}

}  // namespace sparseconv::inline v0_1::on_device

#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "sparseconv/config.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/row.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Copies a number of the row that is taken; of no_row what stands for it, and NaN of another row that is not there.
template <Element T>
struct TakeNumber {
  Row const* rows;
  std::int64_t row_count;
  T const* input;
  std::int64_t input_stride;
  T* output;
  std::int64_t output_stride;
  T of_no_row;
  T nan;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t row, std::int64_t channel) const {
    Row const taken = rows[row];
    bool const is_there = taken >= 0 && taken < row_count;
    output[row * output_stride + channel] =
        is_there ? input[taken * input_stride + channel] : (taken == no_row ? of_no_row : nan);
  }
};

/// sparseconv::take_rows, or with zero for no_row take_rows_or_zeros, each number by itself. Does not wait.
template <Element T, DevicePolicy Policy>
void take_rows(Policy const& where, std::span<Row const> rows, MatrixView<T const, typename Policy::Memory> input,
               MatrixView<T, typename Policy::Memory> output, T of_no_row) {
  where.for_each(output.rows, output.columns,
                 TakeNumber<T>{rows.data(), input.rows, input.data, input.stride, output.data, output.stride, of_no_row,
                               std::numeric_limits<T>::quiet_NaN()});
}

}  // namespace sparseconv::inline v0_1::on_device

#pragma once

#include <cstdint>
#include <limits>

#include "sparseconv/config.hpp"
#include "sparseconv/execute/integer_number.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Copies a number of the table's row for an integer; NaN where the table has no such row.
template <Element T, IntegerNumber Number>
struct EmbedNumber {
  Number const* numbers;
  std::int64_t numbers_stride;
  T const* table;
  std::int64_t table_rows;
  std::int64_t table_stride;
  T* output;
  std::int64_t output_stride;
  T nan;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t row, std::int64_t channel) const {
    std::int64_t const taken = row_of_number(numbers[row * numbers_stride], table_rows);
    output[row * output_stride + channel] = taken < 0 ? nan : table[taken * table_stride + channel];
  }
};

/// sparseconv::embed_rows, each number by itself. Does not wait.
template <Element T, IntegerNumber Number, DevicePolicy Policy>
void embed_rows(Policy const& where, MatrixView<Number const, typename Policy::Memory> numbers,
                MatrixView<T const, typename Policy::Memory> table, MatrixView<T, typename Policy::Memory> output) {
  where.for_each(output.rows, output.columns,
                 EmbedNumber<T, Number>{numbers.data, numbers.stride, table.data, table.rows, table.stride, output.data,
                                        output.stride, std::numeric_limits<T>::quiet_NaN()});
}

}  // namespace sparseconv::inline v0_1::on_device

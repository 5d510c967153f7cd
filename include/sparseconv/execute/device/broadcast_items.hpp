#pragma once

#include <cstdint>
#include <span>

#include "sparseconv/config.hpp"
#include "sparseconv/execute/device/item_of_row.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/row.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Writes a channel of a row, whose item it looks for.
template <Element T>
struct BroadcastNumber {
  Row const* offsets;
  std::int64_t items;
  T const* input;
  std::int64_t input_stride;
  T* output;
  std::int64_t output_stride;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t row, std::int64_t channel) const {
    std::int64_t const item = item_of_row(offsets, items, row);
    output[row * output_stride + channel] = input[item * input_stride + channel];
  }
};

/// sparseconv::broadcast_items, each number by itself. Does not wait.
template <Element T, DevicePolicy Policy>
void broadcast_items(Policy const& where, std::span<Row const> offsets,
                     MatrixView<T const, typename Policy::Memory> input,
                     MatrixView<T, typename Policy::Memory> output) {
  if (input.rows == 0) return;
  where.for_each(output.rows, output.columns,
                 BroadcastNumber<T>{offsets.data(), input.rows, input.data, input.stride, output.data, output.stride});
}

}  // namespace sparseconv::inline v0_1::on_device

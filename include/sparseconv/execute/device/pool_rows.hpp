#pragma once

#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/execute/pooling.hpp"
#include "sparseconv/index/device/device_pairs.hpp"
#include "sparseconv/index/device/place_pairs.hpp"
#include "sparseconv/index/rulebook.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/row.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Pools a channel of an output over the table of placed_inputs, where each output has the place of its row.
template <Element T>
struct PoolOutput {
  Row const* inputs;
  std::int64_t elements;
  T const* input;
  std::int64_t input_stride;
  T* output;
  std::int64_t output_stride;
  std::int64_t output_count;
  Pooling pooling;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t row, std::int64_t channel) const {
    PooledNumber<T> pooled;
    for (std::int64_t k = 0; k < elements; ++k) {
      Row const from = inputs[k * output_count + row];
      if (from != no_row) pooled.include(pooling, input[from * input_stride + channel]);
    }
    output[row * output_stride + channel] = pooled.result(pooling, elements);
  }
};

/// sparseconv::pool_rows: the pairs as a table first, a row for each element, which outputs then read. Does not wait.
template <Element T, DevicePolicy Policy>
void pool_rows(Policy const& where, RulebookView<typename Policy::Memory> const& rules,
               MatrixView<T const, typename Policy::Memory> input, MatrixView<T, typename Policy::Memory> output,
               Pooling pooling) {
  DevicePairs const pairs = device_pairs(rules);
  Buffer<Row, typename Policy::Memory> const inputs = placed_inputs(where, pairs, nullptr);
  where.for_each(output.rows, output.columns,
                 PoolOutput<T>{inputs.data(), pairs.elements, input.data, input.stride, output.data, output.stride,
                               output.rows, pooling});
}

}  // namespace sparseconv::inline v0_1::on_device

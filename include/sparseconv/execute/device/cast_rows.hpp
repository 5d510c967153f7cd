#pragma once

#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/number/rounded_to.hpp"
#include "sparseconv/policy/device_policy.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Casts a number of a matrix.
template <Element To, Element From>
struct CastNumber {
  From const* input;
  std::int64_t input_stride;
  To* output;
  std::int64_t output_stride;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t row, std::int64_t column) const {
    output[row * output_stride + column] = rounded_to<To>(input[row * input_stride + column]);
  }
};

/// sparseconv::cast_rows, each number by itself. Does not wait.
template <Element To, Element From, DevicePolicy Policy>
void cast_rows(Policy const& where, MatrixView<From const, typename Policy::Memory> input,
               MatrixView<To, typename Policy::Memory> output) {
  where.for_each(output.rows, output.columns,
                 CastNumber<To, From>{input.data, input.stride, output.data, output.stride});
}

}  // namespace sparseconv::inline v0_1::on_device

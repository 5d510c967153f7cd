#pragma once

#include "sparseconv/execute/device/device_operands.hpp"
#include "sparseconv/execute/device/launch_convolution.hpp"
#include "sparseconv/execute/device/with_device_operands.hpp"
#include "sparseconv/execute/epilogue.hpp"
#include "sparseconv/execute/weights.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"

namespace sparseconv::inline v0_1::on_device {

/// sparseconv::multiply_rows by tiles of rows; see RowGemmKernel. Does not wait.
template <Element T, Element W, DevicePolicy Policy>
void multiply_rows(Policy const& where, MatrixView<T const, typename Policy::Memory> input,
                   WeightsView<W, typename Policy::Memory> const& weights,
                   MatrixView<T, typename Policy::Memory> output,
                   Epilogue<T, typename Policy::Memory, W> const& epilogue) {
  with_device_operands<T, W>(where, input, weights, output, epilogue,
                             [&](DeviceOperands<T> const& operands) { launch_multiply_rows(where, operands); });
}

}  // namespace sparseconv::inline v0_1::on_device

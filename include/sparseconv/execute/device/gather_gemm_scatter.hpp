#pragma once

#include "sparseconv/execute/device/device_operands.hpp"
#include "sparseconv/execute/device/launch_convolution.hpp"
#include "sparseconv/execute/device/with_device_operands.hpp"
#include "sparseconv/execute/epilogue.hpp"
#include "sparseconv/execute/weights.hpp"
#include "sparseconv/index/device/device_pairs.hpp"
#include "sparseconv/index/rulebook.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"

namespace sparseconv::inline v0_1::on_device {

/// sparseconv::gather_gemm_scatter by blocks of threads that own output rows; see PairBlockKernel. Does not wait.
template <Element T, Element W, DevicePolicy Policy>
void gather_gemm_scatter(Policy const& where, RulebookView<typename Policy::Memory> const& rules,
                         MatrixView<T const, typename Policy::Memory> input,
                         WeightsView<W, typename Policy::Memory> const& weights,
                         MatrixView<T, typename Policy::Memory> output,
                         Epilogue<T, typename Policy::Memory, W> const& epilogue) {
  with_device_operands<T, W>(where, input, weights, output, epilogue, [&](DeviceOperands<T> const& operands) {
    launch_gather_gemm_scatter(where, device_pairs(rules), operands);
  });
}

}  // namespace sparseconv::inline v0_1::on_device

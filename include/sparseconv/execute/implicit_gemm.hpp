#pragma once

#include <type_traits>

#include "sparseconv/execute/check_operands.hpp"
#include "sparseconv/execute/device/implicit_gemm.hpp"
#include "sparseconv/execute/epilogue.hpp"
#include "sparseconv/execute/seq/implicit_gemm.hpp"
#include "sparseconv/execute/weights.hpp"
#include "sparseconv/index/row_map.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/policy/execution_policy.hpp"

namespace sparseconv::inline v0_1 {

/// Does the arithmetic of a convolution as gather_gemm_scatter does, for the same element types, but output by output over a
/// row map.
///
/// Shapes, Order, Throws: as gather_gemm_scatter.
/// Bits:   the same on every run: on the host those of gather_gemm_scatter on `seq`, for any number of threads; a device's
///         fragments sum 8 or 16 channels in an order of their own.
/// Work:   2 P C_in C_out operations, in plain loops on the host; on a device more by the outputs that lack an element which
///         others near them have: of the same 16 places on tensor cores, else of the same warp. A device copies weights and input as gather_gemm_scatter does.
template <ExecutionPolicy Policy, Element T, MemorySpace Memory,
          WeightsOperand<Memory> AnyWeights = WeightsView<T, Memory>>
void implicit_gemm(Policy const& where, RowMap<Memory> const& map,
                   std::type_identity_t<MatrixView<T const, Memory>> input, AnyWeights const& weights,
                   MatrixView<T, Memory> output,
                   std::type_identity_t<Epilogue<T, Memory, typename AnyWeights::Number>> const& epilogue = {}) {
  using W = typename AnyWeights::Number;
  check_reach<Policy, Memory>();
  check_operands<T, W, Memory>(map.element_count(), map.input_count(), map.output_count(), input, weights, output,
                               epilogue, "implicit_gemm");
  WeightsView<W, Memory> const matrices = weights;
  if constexpr (HostPolicy<Policy>) {
    on_seq::implicit_gemm<T, W>(where, map.view(), input, matrices, output, epilogue);
  } else {
    on_device::implicit_gemm<T, W>(where, map.view(), input, matrices, output, epilogue);
  }
}

}  // namespace sparseconv::inline v0_1

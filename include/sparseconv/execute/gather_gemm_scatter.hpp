#pragma once

#include <concepts>
#include <type_traits>

#include "sparseconv/execute/check_operands.hpp"
#include "sparseconv/execute/cpu/gather_gemm_scatter.hpp"
#include "sparseconv/execute/device/gather_gemm_scatter.hpp"
#include "sparseconv/execute/epilogue.hpp"
#include "sparseconv/execute/seq/gather_gemm_scatter.hpp"
#include "sparseconv/execute/weights.hpp"
#include "sparseconv/index/rulebook.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/policy/execution_policy.hpp"

namespace sparseconv::inline v0_1 {

/// Does the arithmetic of a convolution: output[o] = epilogue(sum over the pairs (i, o) of element k of input[i] W[k]).
///
/// Output rows without a pair get the epilogue of a sum of 0. What output held before is overwritten.
///
/// Weights and bias may have another element type than features: float, half and bfloat16 go with one another, double with
/// double alone. On a device they have the features' type, or the features are float. Weights in braces have the features'.
/// An epilogue names the type of the weights, of which its bias is: Epilogue<T, Memory, W>.
///
/// Shapes: input N x C_in, weights K x C_in x C_out, output M x C_out, N and M as in the rulebook. Rows of input, output and
///         residual may lie apart, see MatrixView. Output must not overlap the other operands.
/// Order:  `seq` and `cpu` wait for the result; a device policy does not, its work is ordered on the stream.
/// Bits:   the same on every run, for any number of threads, compiler and flags: a row is summed by element, then input channel,
///         in float (double for double), and rounded once. `cpu` rounds a product and its addition once with AVX2, AVX-512 and
///         NEON; `seq`, and `cpu` without them, rounds both. A device's fragments sum 8 or 16 channels in an order of their own.
/// Work:   2 P C_in C_out operations; `cpu` takes a copy of the weights; where C_out is no multiple of a vector, or features are
///         half or bfloat16, one block of rows for each thread; and where these are widened the input once in float. `seq` takes
///         M x C_out sums; a device keeps a copy of the weights, and takes a padded one of an input whose rows are no whole
///         chunks of 16 bytes or lie apart.
/// Throws: ShapeError if an operand does not fit the others. On a device CapacityError for bfloat16 before compute capability
///         8.0, more than 2^28 channels, or a kernel of more elements than its shared memory has lists for.
template <ExecutionPolicy Policy, Element T, MemorySpace Memory,
          WeightsOperand<Memory> AnyWeights = WeightsView<T, Memory>>
void gather_gemm_scatter(Policy const& where, RulebookView<Memory> const& rules,
                         std::type_identity_t<MatrixView<T const, Memory>> input, AnyWeights const& weights,
                         MatrixView<T, Memory> output,
                         std::type_identity_t<Epilogue<T, Memory, typename AnyWeights::Number>> const& epilogue = {}) {
  using W = typename AnyWeights::Number;
  check_reach<Policy, Memory>();
  check_operands<T, W, Memory>(rules.element_count(), rules.input_count, rules.output_count, input, weights, output,
                               epilogue, "gather_gemm_scatter");
  WeightsView<W, Memory> const matrices = weights;
  if constexpr (std::derived_from<Policy, SequentialPolicy>) {
    on_seq::gather_gemm_scatter<T, W>(rules, input, matrices, output, epilogue);
  } else if constexpr (HostPolicy<Policy>) {
    on_cpu::gather_gemm_scatter<T, W>(where, rules, input, matrices, output, epilogue);
  } else {
    on_device::gather_gemm_scatter<T, W>(where, rules, input, matrices, output, epilogue);
  }
}

/// The same of a rulebook that is no view.
template <ExecutionPolicy Policy, Element T, MemorySpace Memory,
          WeightsOperand<Memory> AnyWeights = WeightsView<T, Memory>>
void gather_gemm_scatter(Policy const& where, Rulebook<Memory> const& rules,
                         std::type_identity_t<MatrixView<T const, Memory>> input, AnyWeights const& weights,
                         MatrixView<T, Memory> output,
                         std::type_identity_t<Epilogue<T, Memory, typename AnyWeights::Number>> const& epilogue = {}) {
  gather_gemm_scatter(where, rules.view(), input, weights, output, epilogue);
}

}  // namespace sparseconv::inline v0_1

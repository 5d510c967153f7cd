#pragma once

#include <concepts>
#include <type_traits>

#include "sparseconv/execute/check_operands.hpp"
#include "sparseconv/execute/cpu/multiply_rows.hpp"
#include "sparseconv/execute/device/multiply_rows.hpp"
#include "sparseconv/execute/epilogue.hpp"
#include "sparseconv/execute/seq/multiply_rows.hpp"
#include "sparseconv/execute/weights.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/policy/execution_policy.hpp"

namespace sparseconv::inline v0_1 {

/// Multiplies every row by one matrix: output = epilogue(input W). What a convolution of one kernel element does where every
/// output has the input of its own row; no rulebook or list of the rows is made.
///
/// Shapes: input N x C_in, weights 1 x C_in x C_out, output N x C_out. Element types, gaps between rows and what must not overlap
///         as in gather_gemm_scatter.
/// Order:  `seq` and `cpu` wait for the result; a device policy does not, its work is ordered on the stream.
/// Bits:   the same on every run, for any number of threads, compiler and flags: on the host those of gather_gemm_scatter over
///         the pairs (i, i) on the same policy; on a device those of implicit_gemm.
/// Work:   2 N C_in C_out operations; `cpu` takes a copy of the weights, and for each thread a block of rows where C_out is no
///         multiple of a vector, or features are half or bfloat16; a device copies weights and input as gather_gemm_scatter does.
/// Throws: ShapeError if an operand does not fit the others. On a device CapacityError for bfloat16 before compute capability
///         8.0, or more than 2^28 channels or 2^31 - 1 rows.
template <ExecutionPolicy Policy, Element T, MemorySpace Memory,
          WeightsOperand<Memory> AnyWeights = WeightsView<T, Memory>>
void multiply_rows(Policy const& where, std::type_identity_t<MatrixView<T const, Memory>> input,
                   AnyWeights const& weights, MatrixView<T, Memory> output,
                   std::type_identity_t<Epilogue<T, Memory, typename AnyWeights::Number>> const& epilogue = {}) {
  using W = typename AnyWeights::Number;
  check_reach<Policy, Memory>();
  WeightsView<W, Memory> const matrix = weights;
  check_equal("multiply_rows", matrix.elements, 1, "the weights' kernel elements are", "those of one matrix are");
  check_equal("multiply_rows", output.rows, input.rows, "the output's rows are", "the input's are");
  check_matrices<T, W, Memory>(input, matrix, output, epilogue, "multiply_rows");
  if constexpr (std::derived_from<Policy, SequentialPolicy>) {
    on_seq::multiply_rows<T, W>(input, matrix, output, epilogue);
  } else if constexpr (HostPolicy<Policy>) {
    on_cpu::multiply_rows<T, W>(where, input, matrix, output, epilogue);
  } else {
    on_device::multiply_rows<T, W>(where, input, matrix, output, epilogue);
  }
}

}  // namespace sparseconv::inline v0_1

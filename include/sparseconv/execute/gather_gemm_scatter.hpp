#pragma once

#include <cstdint>
#include <string>
#include <type_traits>

#include "sparseconv/error.hpp"
#include "sparseconv/execute/cpu/gather_gemm_scatter.hpp"
#include "sparseconv/execute/epilogue.hpp"
#include "sparseconv/execute/weights.hpp"
#include "sparseconv/index/rulebook.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/policy/execution_policy.hpp"

namespace sparseconv {

/// Throws: ShapeError names the first operand of a convolution that does not fit the others.
template <Element T, Element W, MemorySpace Memory>
void check_operands(std::int64_t elements, std::int64_t input_count, std::int64_t output_count,
                    MatrixView<T const, Memory> input, WeightsView<W, Memory> const& weights,
                    MatrixView<T const, Memory> output, Epilogue<T, Memory, W> const& epilogue,
                    std::string const& call) {
  check_elements<T, W>();
  auto const require = [&](std::int64_t given, std::int64_t needed, char const* what, char const* whose) {
    if (given == needed) return;
    throw ShapeError(call + ": " + what + " " + std::to_string(given) + ", " + whose + " " + std::to_string(needed) +
                     "; they must be equal");
  };
  require(weights.elements, elements, "the weights' kernel elements are", "the rulebook's are");
  require(input.rows, input_count, "the input's rows are", "the rulebook's input sites are");
  require(output.rows, output_count, "the output's rows are", "the rulebook's output sites are");
  require(input.columns, weights.in_channels, "the input's channels are", "the weights' input channels are");
  require(output.columns, weights.out_channels, "the output's channels are", "the weights' output channels are");
  if (!epilogue.bias.empty()) {
    require(static_cast<std::int64_t>(epilogue.bias.size()), output.columns, "the bias has a length of",
            "the output's channels are");
  }
  if (epilogue.residual.data != nullptr) {
    require(epilogue.residual.rows, output.rows, "the residual's rows are", "the output's are");
    require(epilogue.residual.columns, output.columns, "the residual's channels are", "the output's are");
  }
}

template <Element T, Element W>
void convolve_rows(SequentialPolicy const&, RulebookView<> const& rules, MatrixView<T const> input,
                   WeightsView<W> const& weights, MatrixView<T> output, Epilogue<T, HostMemory, W> const& epilogue) {
  Buffer<Accumulator<T>> sums(output.size(), Accumulator<T>{0});
  for (std::int64_t k = 0; k < rules.element_count(); ++k) {
    MatrixView<W const> const matrix = weights.element(k);
    for (std::int64_t pair = 0; pair < rules.pair_count(k); ++pair) {
      T const* const in = input.row(rules.inputs_of(k)[static_cast<std::size_t>(pair)]);
      Accumulator<T>* const out = sums.data() + rules.outputs_of(k)[static_cast<std::size_t>(pair)] * output.columns;
      for (std::int64_t c = 0; c < input.columns; ++c) {
        for (std::int64_t j = 0; j < output.columns; ++j) {
          out[j] += static_cast<Accumulator<T>>(in[c]) * static_cast<Accumulator<T>>(matrix(c, j));
        }
      }
    }
  }
  for (std::int64_t row = 0; row < output.rows; ++row) {
    epilogue(row, output.columns, sums.data() + row * output.columns, output.row(row));
  }
}

template <Element T, Element W>
void convolve_rows(CpuPolicy const& where, RulebookView<> const& rules, MatrixView<T const> input,
                   WeightsView<W> const& weights, MatrixView<T> output, Epilogue<T, HostMemory, W> const& epilogue) {
  convolve_in_blocks<T, W>(where, rules, input, weights, output, epilogue);
}

/// Does the arithmetic of a convolution: output[o] = epilogue(sum over the pairs (i, o) of element k of input[i] W[k]).
///
/// Output rows without a pair get the epilogue of a sum of 0. What output held before is overwritten.
///
/// Weights and bias may have another element type than features: float, half and bfloat16 go with one another, double with
/// double alone. On a device they have the features' type, or the features are float. Weights in braces have the features'.
/// An epilogue names the type of the weights, of which its bias is: Epilogue<T, Memory, W>.
///
/// Shapes: input N x C_in, weights K x C_in x C_out, output M x C_out, N and M as in the rulebook.
///         Output must not overlap the other operands.
/// Order:  `seq` and `cpu` wait for the result; a device policy does not, its work is ordered on the stream.
/// Bits:   the same on every run and for any number of threads: a row is summed by element, then input channel, in float
///         (double for double), and rounded once. `cpu` fuses multiplications and additions where the processor can, `seq`
///         does not; a device's fragments sum 8 or 16 channels in an order of their own.
/// Work:   2 P C_in C_out operations; `cpu` takes a copy of the weights; where C_out is no multiple of a vector, or features are
///         half or bfloat16, one block of rows for each thread; and for half and bfloat16 the input once in float. `seq` takes
///         M x C_out sums; a device keeps a copy of the weights, and takes a padded one of an input whose rows are no whole
///         chunks of 16 bytes.
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
  convolve_rows<T, W>(where, rules, input, weights, output, epilogue);
}

template <ExecutionPolicy Policy, Element T, MemorySpace Memory,
          WeightsOperand<Memory> AnyWeights = WeightsView<T, Memory>>
void gather_gemm_scatter(Policy const& where, Rulebook<Memory> const& rules,
                         std::type_identity_t<MatrixView<T const, Memory>> input, AnyWeights const& weights,
                         MatrixView<T, Memory> output,
                         std::type_identity_t<Epilogue<T, Memory, typename AnyWeights::Number>> const& epilogue = {}) {
  gather_gemm_scatter(where, rules.view(), input, weights, output, epilogue);
}

}  // namespace sparseconv

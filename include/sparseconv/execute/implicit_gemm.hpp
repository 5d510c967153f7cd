#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "sparseconv/execute/epilogue.hpp"
#include "sparseconv/execute/gather_gemm_scatter.hpp"
#include "sparseconv/execute/weights.hpp"
#include "sparseconv/index/row_map.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"

namespace sparseconv {

/// Plain loops, one output after the other.
template <Element T, Element W, HostPolicy Policy>
void convolve_places(Policy const& where, RowMapView const& map, MatrixView<T const> input,
                     WeightsView<W> const& weights, MatrixView<T> output, Epilogue<T, HostMemory, W> const& epilogue) {
  using Sum = Accumulator<T>;
  for_each_range(where, map.output_count, 256, [&](std::int64_t begin, std::int64_t end) {
    Buffer<Sum> sums(where.memory(), output.columns);
    for (std::int64_t place = begin; place < end; ++place) {
      std::fill(sums.begin(), sums.end(), Sum{0});
      for (std::int64_t k = 0; k < map.elements; ++k) {
        Row const row = map.input_rows[k * map.output_count + place];
        if (row == no_row) continue;
        MatrixView<W const> const matrix = weights.element(k);
        for (std::int64_t c = 0; c < input.columns; ++c) {
          auto const factor = static_cast<Sum>(input(row, c));
          for (std::int64_t j = 0; j < output.columns; ++j) sums[j] += factor * static_cast<Sum>(matrix(c, j));
        }
      }
      Row const row = map.output_rows[place];
      epilogue(row, output.columns, sums.data(), output.row(row));
    }
  });
}

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
  convolve_places<T, W>(where, map.view(), input, weights, output, epilogue);
}

}  // namespace sparseconv

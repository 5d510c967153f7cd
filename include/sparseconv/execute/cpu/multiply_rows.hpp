#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>

#include "sparseconv/execute/cpu/block_sums.hpp"
#include "sparseconv/execute/cpu/finish_rows.hpp"
#include "sparseconv/execute/cpu/microkernels.hpp"
#include "sparseconv/execute/cpu/packed_weights.hpp"
#include "sparseconv/execute/cpu/panel_calls.hpp"
#include "sparseconv/execute/cpu/widen_rows.hpp"
#include "sparseconv/execute/epilogue.hpp"
#include "sparseconv/execute/weights.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/primitive/row.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// The blocks of multiply_rows. `factors_of(begin, end, wide)` gives some rows in the type that the kernels multiply; it may put them
/// into `wide`.
template <Element Factor, Element T, Element W, class FactorsOf>
void multiply_blocks(CpuPolicy const& where, std::int64_t in_channels, FactorsOf const& factors_of,
                     WeightsView<W> const& weights, MatrixView<T> output, Epilogue<T, HostMemory, W> const& epilogue,
                     Microkernels<Factor> const& kernels) {
  using Sum = Accumulator<T>;
  auto const kept_packed = packed_weights(where, weights, kernels);
  PackedWeights<W, Factor> const& packed = *kept_packed;
  PreparedEpilogue<T, W> const prepared(where, epilogue);
  std::int64_t const width = packed.width();
  // All panels pass by the input rows too, so these stay in the cache beside the sums.
  std::int64_t const rows = block_rows<Sum>(output.rows, width + in_channels, where.thread_count());
  Buffer<Row> same_rows(where.memory(), rows);
  std::iota(same_rows.begin(), same_rows.end(), Row{0});

  for_each_range(where, output.rows, rows, [&](std::int64_t begin, std::int64_t end) {
    BlockSums<T> block(where, output, width, rows);
    MatrixView<Sum> const sums = block.zeros(begin, end);
    Buffer<Factor> wide;
    MatrixView<Factor const> const factors = factors_of(begin, end, wide);
    PanelCalls<Factor> calls(kernels);
    calls.add({.input = factors.data,
               .input_stride = factors.stride,
               .in_channels = factors.columns,
               .panel = nullptr,
               .block = sums.data,
               .block_stride = sums.stride,
               .first_row = 0,
               .input_rows = same_rows.data(),
               .output_rows = same_rows.data(),
               .count = factors.rows},
              packed, 0);
    calls.finish();
    prepared.finish(begin, end - begin, sums.data, sums.stride, output);
  });
}

/// sparseconv::multiply_rows block by block of rows. The microkernels take lists of rows: those of a block, counted from its first,
/// serve all blocks. Where narrow element types are widened, it is a block at a time, in the thread's cache.
template <Element T, Element W>
void multiply_rows(CpuPolicy const& where, MatrixView<T const> input, WeightsView<W> const& weights,
                   MatrixView<T> output, Epilogue<T, HostMemory, W> const& epilogue) {
  using Sum = Accumulator<T>;
  auto const some_rows = [&](std::int64_t begin, std::int64_t end) {
    return MatrixView<T const>{input.row_data(begin), end - begin, input.columns, input.stride};
  };
  auto const as_they_are = [&](std::int64_t begin, std::int64_t end, Buffer<T>&) { return some_rows(begin, end); };
  if constexpr (has_narrow_microkernels<T, W>) {
    if (auto const* const kernels = narrow_microkernels<T>(where.instruction_set(), input.columns)) {
      multiply_blocks(where, input.columns, as_they_are, weights, output, epilogue, *kernels);
      return;
    }
  }
  Microkernels<Sum> const& kernels = microkernels<Sum>(where.instruction_set());
  if constexpr (is_narrow<T>) {
    auto const widened = [&](std::int64_t begin, std::int64_t end, Buffer<Sum>& wide) {
      MatrixView<T const> const narrow = some_rows(begin, end);
      wide = Buffer<Sum>(where.memory(), narrow.size());
      widen_rows(narrow, wide.data(), where.instruction_set());
      return MatrixView<Sum const>{wide.data(), narrow.rows, narrow.columns};
    };
    multiply_blocks(where, input.columns, widened, weights, output, epilogue, kernels);
  } else {
    multiply_blocks(where, input.columns, as_they_are, weights, output, epilogue, kernels);
  }
}

}  // namespace sparseconv::inline v0_1::on_cpu

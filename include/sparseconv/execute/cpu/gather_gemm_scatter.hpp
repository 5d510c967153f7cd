#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <span>

#include "sparseconv/execute/cpu/block_sums.hpp"
#include "sparseconv/execute/cpu/finish_rows.hpp"
#include "sparseconv/execute/cpu/microkernels.hpp"
#include "sparseconv/execute/cpu/packed_weights.hpp"
#include "sparseconv/execute/cpu/panel_calls.hpp"
#include "sparseconv/execute/cpu/widen_rows.hpp"
#include "sparseconv/execute/epilogue.hpp"
#include "sparseconv/execute/weights.hpp"
#include "sparseconv/index/rulebook.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// Where in one element's pairs the blocks of a thread have come to; they rise.
class BlockCursor {
 public:
  struct Pairs {
    std::int64_t first;
    std::int64_t count;
  };

  /// The pairs with outputs [begin, end), which must not lie before those of the last call.
  Pairs advance(std::span<Row const> outputs, std::int64_t begin, std::int64_t end) {
    auto const from = outputs.begin() + next_;
    auto const first = from == outputs.end() || *from >= begin ? from : std::lower_bound(from, outputs.end(), begin);
    // Rows rise, so there are no more pairs than outputs.
    auto const last = std::lower_bound(first, first + std::min<std::int64_t>(outputs.end() - first, end - begin), end);
    next_ = last - outputs.begin();
    return {first - outputs.begin(), last - first};
  }

 private:
  std::int64_t next_ = 0;
};

/// The blocks of gather_gemm_scatter, with input and weights in the type that the kernels multiply.
template <Element Factor, Element T, Element W>
void sum_blocks(CpuPolicy const& where, RulebookView<> const& rules, MatrixView<Factor const> input,
                WeightsView<W> const& weights, MatrixView<T> output, Epilogue<T, HostMemory, W> const& epilogue,
                Microkernels<Factor> const& kernels) {
  using Sum = Accumulator<T>;
  auto const kept_packed = packed_weights(where, weights, kernels);
  PackedWeights<W, Factor> const& packed = *kept_packed;
  PreparedEpilogue<T, W> const prepared(where, epilogue);
  std::int64_t const width = packed.width();
  std::int64_t const rows = block_rows<Sum>(output.rows, width, where.thread_count());
  std::int64_t const blocks = (output.rows + rows - 1) / rows;
  std::atomic<std::int64_t> next{0};

  int const workers = static_cast<int>(std::min<std::int64_t>(blocks, where.thread_count()));
  where.team().run(workers, [&](int) {
    BlockSums<T> block(where, output, width, rows);
    Buffer<BlockCursor> cursors(where.memory(), rules.element_count());
    std::fill(cursors.begin(), cursors.end(), BlockCursor{});
    PanelCalls<Factor> calls(kernels);
    for (std::int64_t index = next++; index < blocks; index = next++) {
      std::int64_t const begin = index * rows;
      std::int64_t const end = std::min(begin + rows, output.rows);
      MatrixView<Sum> const sums = block.zeros(begin, end);
      for (std::int64_t k = 0; k < rules.element_count(); ++k) {
        auto const [first, count] = cursors[k].advance(rules.outputs_of(k), begin, end);
        if (count == 0) continue;
        calls.add({.input = input.data,
                   .input_stride = input.stride,
                   .in_channels = input.columns,
                   .panel = nullptr,
                   .block = sums.data,
                   .block_stride = sums.stride,
                   .first_row = static_cast<Row>(begin),
                   .input_rows = rules.inputs_of(k).data() + first,
                   .output_rows = rules.outputs_of(k).data() + first,
                   .count = count},
                  packed, k);
      }
      calls.finish();
      prepared.finish(begin, end - begin, sums.data, sums.stride, output);
    }
  });
}

/// sparseconv::gather_gemm_scatter block by block of output rows: a block has one owner, who goes through the kernel elements
/// in order and adds the pairs of each with outputs in the block, straight from the input rows. No gathered or partial rows are
/// written. Narrow element types are multiplied as they are where the processor can do it; else they are widened before: the
/// input once for each call, weights when they are packed.
template <Element T, Element W>
void gather_gemm_scatter(CpuPolicy const& where, RulebookView<> const& rules, MatrixView<T const> input,
                         WeightsView<W> const& weights, MatrixView<T> output,
                         Epilogue<T, HostMemory, W> const& epilogue) {
  using Sum = Accumulator<T>;
  if constexpr (has_narrow_microkernels<T, W>) {
    if (auto const* const kernels = narrow_microkernels<T>(where.instruction_set(), input.columns)) {
      sum_blocks(where, rules, input, weights, output, epilogue, *kernels);
      return;
    }
  }
  Microkernels<Sum> const& kernels = microkernels<Sum>(where.instruction_set());
  if constexpr (is_narrow<T>) {
    Buffer<Sum> const wide = widened_rows(where, input);
    MatrixView<Sum const> const rows{wide.data(), input.rows, input.columns};
    sum_blocks(where, rules, rows, weights, output, epilogue, kernels);
  } else {
    sum_blocks(where, rules, input, weights, output, epilogue, kernels);
  }
}

}  // namespace sparseconv::inline v0_1::on_cpu

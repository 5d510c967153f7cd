#pragma once

#include <algorithm>
#include <atomic>
#include <concepts>
#include <cstdint>
#include <span>

#include "sparseconv/execute/cpu/finish_rows.hpp"
#include "sparseconv/execute/cpu/microkernels.hpp"
#include "sparseconv/execute/cpu/packed_weights.hpp"
#include "sparseconv/execute/epilogue.hpp"
#include "sparseconv/execute/weights.hpp"
#include "sparseconv/index/rulebook.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/cpu/narrow_numbers.hpp"
#include "sparseconv/policy/cache_size.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// The output rows that one thread sums at a time: with a quarter of its second-level cache they stay there through all
/// kernel elements, beside the inputs and weights that pass.
template <class Sum>
std::int64_t block_rows(std::int64_t outputs, std::int64_t width, int threads) {
  std::int64_t const block_bytes =
      std::clamp<std::int64_t>(second_level_cache_bytes() / 4, std::int64_t{1} << 16, std::int64_t{1} << 20);
  std::int64_t const cached = block_bytes / (std::max<std::int64_t>(width, 1) * static_cast<std::int64_t>(sizeof(Sum)));
  std::int64_t const shared = threads == 1 ? outputs : outputs / (std::int64_t{threads} * 4) + 1;
  return std::clamp<std::int64_t>(std::min(cached, shared), 64, 4096);
}

/// The parts that a panel of in_channels x width is taken in, so that each stays in the first-level cache beside its input rows.
template <class Sum>
std::int64_t panel_parts(std::int64_t in_channels, std::int64_t width) {
  constexpr std::int64_t part_bytes = 24 * 1024;
  std::int64_t const channels =
      std::max<std::int64_t>(part_bytes / (width * static_cast<std::int64_t>(sizeof(Sum))), 1);
  return (in_channels + channels - 1) / channels;
}

/// The input as the microkernels read it: as it is, or widened to the type of the sums into `wide`.
template <Element T>
MatrixView<Accumulator<T> const> widened(CpuPolicy const& where, MatrixView<T const> input,
                                         Buffer<Accumulator<T>>& wide) {
  if constexpr (is_narrow<T>) {
    wide = Buffer<Accumulator<T>>(where.memory(), input.size());
    MatrixView<Accumulator<T>> const rows{wide.data(), input.rows, input.columns};
    for_each_range(where, input.rows, 512, [&](std::int64_t begin, std::int64_t end) {
      if (!input.has_gaps()) {
        widen_numbers(input.row(begin), rows.row(begin), (end - begin) * input.columns, where.instruction_set());
        return;
      }
      for (std::int64_t row = begin; row < end; ++row) {
        widen_numbers(input.row(row), rows.row(row), input.columns, where.instruction_set());
      }
    });
    return rows;
  } else {
    return input;
  }
}

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

/// Calls microkernels one call late: each then knows what the next one reads, and fetches it.
template <Element T>
class LateCalls {
 public:
  explicit LateCalls(Microkernels<T> const& kernels) : kernels_(kernels) {}

  /// Takes a call of the kernel that is `vectors` wide.
  void add(BlockPairs<T> const& pairs, std::int64_t vectors) {
    call_waiting(pairs.panel, pairs.in_channels * vectors * kernels_.lanes);
    waiting_ = pairs;
    vectors_ = vectors;
  }

  /// After it all calls are done.
  void finish() { call_waiting(nullptr, 0); }

 private:
  void call_waiting(T const* next_panel, std::int64_t next_panel_size) {
    if (waiting_.count == 0) return;
    waiting_.next_panel = next_panel;
    waiting_.next_panel_size = next_panel_size;
    kernels_.add_pairs[static_cast<std::size_t>(vectors_) - 1](waiting_);
    waiting_.count = 0;
  }

  Microkernels<T> const& kernels_;
  BlockPairs<T> waiting_{};
  std::int64_t vectors_ = 0;
};

/// sparseconv::gather_gemm_scatter block by block of output rows: a block has one owner, who goes through the kernel elements
/// in order and adds the pairs of each with outputs in the block, straight from the input rows. No gathered or partial rows are
/// written. Narrow element types are widened before: the input once for each call, weights when they are packed.
template <Element T, Element W>
void gather_gemm_scatter(CpuPolicy const& where, RulebookView<> const& rules, MatrixView<T const> narrow_input,
                         WeightsView<W> const& weights, MatrixView<T> output,
                         Epilogue<T, HostMemory, W> const& epilogue) {
  using Sum = Accumulator<T>;
  Microkernels<Sum> const& kernels = microkernels<Sum>(where.instruction_set());
  Buffer<Sum> wide;
  MatrixView<Sum const> const input = widened(where, narrow_input, wide);
  auto const kept_packed = packed_weights(where, weights, kernels);
  PackedWeights<W> const& packed = *kept_packed;
  PreparedEpilogue<T, W> const prepared(where, epilogue);
  std::int64_t const width = packed.width();
  std::int64_t const rows = block_rows<Sum>(output.rows, width, where.thread_count());
  std::int64_t const blocks = (output.rows + rows - 1) / rows;
  std::atomic<std::int64_t> next{0};
  // Sums grow where the output lies if they have its type and its rows are whole vectors.
  bool const sums_in_place = std::same_as<T, Sum> && width == output.columns;

  int const workers = static_cast<int>(std::min<std::int64_t>(blocks, where.thread_count()));
  where.team().run(workers, [&](int) {
    Buffer<Sum> block(where.memory(), sums_in_place ? 0 : rows * width);
    Buffer<BlockCursor> cursors(where.memory(), rules.element_count());
    std::fill(cursors.begin(), cursors.end(), BlockCursor{});
    LateCalls<Sum> calls(kernels);
    for (std::int64_t index = next++; index < blocks; index = next++) {
      std::int64_t const begin = index * rows;
      std::int64_t const end = std::min(begin + rows, output.rows);
      Sum* sums = block.data();
      std::int64_t stride = width;
      if constexpr (std::same_as<T, Sum>) {
        if (sums_in_place) {
          sums = output.row(begin);
          stride = output.stride;
        }
      }
      if (stride == width) {
        std::fill_n(sums, (end - begin) * width, Sum{0});
      } else {
        for (std::int64_t row = begin; row < end; ++row) std::fill_n(output.row(row), width, T{0});
      }
      for (std::int64_t k = 0; k < rules.element_count(); ++k) {
        auto const [first, count] = cursors[k].advance(rules.outputs_of(k), begin, end);
        if (count == 0) continue;
        for (Panel const& panel : packed.panels()) {
          // As many input channels at a time as keep the panel in the first-level cache; the sums go on in the block.
          std::int64_t const parts = panel_parts<Sum>(input.columns, panel.vectors * kernels.lanes);
          for (std::int64_t part = 0; part < parts; ++part) {
            std::int64_t const channel = input.columns * part / parts;
            calls.add({.input = input.data + channel,
                       .input_stride = input.stride,
                       .in_channels = input.columns * (part + 1) / parts - channel,
                       .panel = packed.panel(k, panel) + channel * panel.vectors * kernels.lanes,
                       .block = sums + panel.first_channel,
                       .block_stride = stride,
                       .first_row = static_cast<Row>(begin),
                       .input_rows = rules.inputs_of(k).data() + first,
                       .output_rows = rules.outputs_of(k).data() + first,
                       .count = count},
                      panel.vectors);
          }
        }
      }
      calls.finish();
      prepared.finish(begin, end - begin, sums, stride, output);
    }
  });
}

}  // namespace sparseconv::inline v0_1::on_cpu

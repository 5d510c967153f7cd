#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <type_traits>

#include "sparseconv/backend/cpu/cache_size.hpp"
#include "sparseconv/backend/cpu/packed_weights.hpp"
#include "sparseconv/backend/cpu/pair_kernel.hpp"
#include "sparseconv/execute/epilogue.hpp"
#include "sparseconv/execute/weights.hpp"
#include "sparseconv/index/rulebook.hpp"
#include "sparseconv/policy.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/buffer.hpp"
#include "sparseconv/tensor/matrix_view.hpp"

namespace sparseconv {

/// The output rows that one thread sums at a time: with a quarter of its second-level cache they stay there through all
/// kernel elements, beside the inputs and weights that pass.
template <class Sum>
std::int64_t block_rows(std::int64_t outputs, std::int64_t width, int threads) {
  std::int64_t const block_bytes =
      std::clamp<std::int64_t>(second_level_cache_bytes() / 4, std::int64_t{1} << 16, std::int64_t{1} << 20);
  std::int64_t const cached = block_bytes / (std::max<std::int64_t>(width, 1) * static_cast<std::int64_t>(sizeof(Sum)));
  std::int64_t const shared = threads == 1 ? outputs : outputs / (threads * 4) + 1;
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

/// The input as the kernels read it: as it is, or widened to the type of the sums into `wide`.
template <Element T>
MatrixView<Accumulator<T> const> widened(CpuPolicy const& where, MatrixView<T const> input,
                                         Buffer<Accumulator<T>>& wide) {
  if constexpr (is_narrow<T>) {
    wide = Buffer<Accumulator<T>>(where.memory(), input.size());
    for_each_index(where, input.size(), [&](std::int64_t i) { wide[i] = static_cast<Accumulator<T>>(input.data[i]); });
    return {wide.data(), input.rows, input.columns};
  } else {
    return input;
  }
}

/// Convolves block by block of output rows: a block has one owner, who goes through the kernel elements in order and
/// adds the pairs of each with outputs in the block, straight from the input rows. No gathered or partial rows are
/// written. Narrow element types are widened before: the input once for each call, weights when they are packed.
template <Element T, Element W = T>
void convolve_in_blocks(CpuPolicy const& where, RulebookView<> const& rules, MatrixView<T const> narrow_input,
                        std::type_identity_t<WeightsView<W>> const& weights, MatrixView<T> output,
                        Epilogue<T, HostMemory, W> const& epilogue,
                        InstructionSet instructions = best_instruction_set()) {
  using Sum = Accumulator<T>;
  PairKernels<Sum> const& kernels = pair_kernels<Sum>(instructions);
  Buffer<Sum> wide;
  MatrixView<Sum const> const input = widened(where, narrow_input, wide);
  auto const packed_for_kernels = packed_weights(where, weights, kernels);
  PackedWeights<W> const& packed = *packed_for_kernels;
  std::int64_t const width = packed.width();
  std::int64_t const rows = block_rows<Sum>(output.rows, width, where.thread_count());
  std::int64_t const blocks = (output.rows + rows - 1) / rows;
  std::atomic<std::int64_t> next{0};

  int const workers = static_cast<int>(std::min<std::int64_t>(blocks, where.thread_count()));
  where.team().run(workers, [&](int) {
    Buffer<Sum> block(where.memory(), rows * width);
    for (std::int64_t index = next++; index < blocks; index = next++) {
      std::int64_t const begin = index * rows;
      std::int64_t const end = std::min(begin + rows, output.rows);
      std::fill_n(block.data(), (end - begin) * width, Sum{0});
      for (std::int64_t k = 0; k < rules.element_count(); ++k) {
        auto const outputs = rules.outputs_of(k);
        auto const first = std::lower_bound(outputs.begin(), outputs.end(), static_cast<Row>(begin));
        auto const last = std::lower_bound(first, outputs.end(), end);
        if (first == last) continue;
        std::int64_t const place = first - outputs.begin();
        for (Panel const& panel : packed.panels()) {
          // As many input channels at a time as keep the panel in the first-level cache; the sums go on in the block.
          std::int64_t const parts = panel_parts<Sum>(input.columns, panel.vectors * kernels.lanes);
          for (std::int64_t part = 0; part < parts; ++part) {
            std::int64_t const channel = input.columns * part / parts;
            kernels.by_vectors[static_cast<std::size_t>(panel.vectors) - 1](
                {.input = input.data + channel,
                 .input_stride = input.columns,
                 .in_channels = input.columns * (part + 1) / parts - channel,
                 .panel = packed.panel(k, panel) + channel * panel.vectors * kernels.lanes,
                 .block = block.data() + panel.first_channel,
                 .block_stride = width,
                 .first_row = static_cast<Row>(begin),
                 .input_rows = rules.inputs_of(k).data() + place,
                 .output_rows = outputs.data() + place,
                 .count = last - first});
          }
        }
      }
      for (std::int64_t row = begin; row < end; ++row) {
        epilogue(row, output.columns, block.data() + (row - begin) * width, output.row(row));
      }
    }
  });
}

}  // namespace sparseconv

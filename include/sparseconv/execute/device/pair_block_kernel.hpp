#pragma once

#include <cstddef>
#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/execute/device/device_operands.hpp"
#include "sparseconv/execute/device/pair_source.hpp"
#include "sparseconv/execute/device/tile_epilogue.hpp"
#include "sparseconv/execute/device/tile_pipeline.hpp"
#include "sparseconv/execute/device/tile_shape.hpp"
#include "sparseconv/execute/device/tile_sums.hpp"
#include "sparseconv/index/device/device_pairs.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Convolution by pairs: a block of threads owns BlockRows consecutive output rows x Shape::channels output channels
/// and keeps their sums in shared memory; it gathers the pairs of each kernel element, Shape::rows at a time,
/// multiplies, and adds.
///
/// T: float, double, half, bfloat16, or Tf32.
/// Bits: the products of an element are summed over its channels, then added to the sum of the elements before, for
///       every shape.
template <class T, class Shape, int BlockRows>
struct PairBlockKernel {
  using Number = StoredAs<T>;
  using Sums = TileSums<Shape, T>;
  using Sum = typename Sums::Sum;
  using Source = PairSource<Shape, Sum>;
  static constexpr int threads = Shape::threads;
  static constexpr int blocks_at_once = 65536 / (Sums::registers * threads);  // of a multiprocessor's registers

  DevicePairs pairs;
  DeviceOperands<Number> operands;
  bool chunked_output;

  PairBlockKernel(DevicePairs const& rows, DeviceOperands<Number> const& numbers)
      : pairs(rows), operands(numbers), chunked_output(outputs_are_chunks(numbers)) {}

  [[nodiscard]] std::int64_t blocks() const {
    return (pairs.output_count + BlockRows - 1) / BlockRows * channel_tiles();
  }
  /// Grows with the kernel: 16 bytes for each element.
  [[nodiscard]] std::int64_t shared_bytes() const {
    return pipeline_bytes + sums_bytes + pairs.elements * static_cast<std::int64_t>(sizeof(PairRange));
  }

  SPARSECONV_DEVICE_TEMPLATE
  template <class Block>
  SPARSECONV_HOST_DEVICE void operator()(Block& block) const {
    auto const index = static_cast<std::uint32_t>(block.index());
    auto const tiles = static_cast<std::uint32_t>(channel_tiles());
    std::int64_t const first_row = std::int64_t{index / tiles} * BlockRows;
    std::int64_t const first_channel = std::int64_t{index % tiles} * Shape::channels;
    auto* const sums_of_block = reinterpret_cast<Sum*>(block.shared() + pipeline_bytes);
    auto* const ranges = reinterpret_cast<PairRange*>(block.shared() + pipeline_bytes + sums_bytes);
    for (int i = block.thread(); i < BlockRows * pitch; i += threads) sums_of_block[i] = 0;
    for (std::int64_t k = block.thread(); k < pairs.elements; k += threads) {
      ranges[k] = PairRange::of(pairs, k, first_row, first_row + BlockRows);
    }
    block.barrier();

    Source source{pairs, ranges, first_row, sums_of_block};
    Sums sums(block.thread());
    add_products<Shape, Number>(block, block.shared(), operands, source, first_channel, sums);

    block.barrier();
    OutputRows const output_row{first_row, pairs.output_count};
    store_tile<Shape, BlockRows>(block, sums_of_block, operands, output_row, first_channel, chunked_output);
  }

 private:
  struct OutputRows {
    std::int64_t first;
    std::int64_t count;
    [[nodiscard]] constexpr Row operator()(int r) const {
      return first + r < count ? static_cast<Row>(first + r) : no_row;
    }
  };

  static constexpr int pitch = Shape::template sum_pitch<Sum>;
  static constexpr int pipeline_bytes = Shape::stages * stage_pitch<Shape, Source>;
  static constexpr int sums_bytes = BlockRows * pitch * static_cast<int>(sizeof(Sum));

  [[nodiscard]] constexpr std::int64_t channel_tiles() const {
    return (operands.out_channels + Shape::channels - 1) / Shape::channels;
  }
};

}  // namespace sparseconv::inline v0_1::on_device

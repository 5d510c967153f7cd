#pragma once

#include <cstddef>
#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/execute/device/device_operands.hpp"
#include "sparseconv/execute/device/output_tile.hpp"
#include "sparseconv/execute/device/row_map_source.hpp"
#include "sparseconv/execute/device/tile_epilogue.hpp"
#include "sparseconv/execute/device/tile_shape.hpp"
#include "sparseconv/execute/device/tile_sums.hpp"
#include "sparseconv/index/row_map.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Convolution by outputs: a block of threads sums Shape::rows places of a row map x Shape::channels output channels in
/// registers, over the kernel elements that some of its rows have.
///
/// T: float, double, half, bfloat16, or Tf32.
/// Bits: a sum goes through the elements in rising order and through the channels of each, for every shape. A row that
///       has not an element takes a product of zeros where its neighbours in the tile have it, so an infinite weight
///       makes it NaN.
template <class T, class Shape>
struct ImplicitGemmKernel {
  using Number = StoredAs<T>;
  using Sums = TileSums<Shape, T>;
  using Sum = typename Sums::Sum;
  static constexpr int threads = Shape::threads;
  static constexpr int blocks_at_once = 65536 / (Sums::registers * threads);  // of a multiprocessor's registers
  static_assert(Shape::rows % RowMapView::group == 0 && RowMapView::block % Shape::rows == 0);

  RowMapView map;
  DeviceOperands<Number> operands;
  bool chunked_output;

  ImplicitGemmKernel(RowMapView const& rows, DeviceOperands<Number> const& numbers)
      : map(rows), operands(numbers), chunked_output(outputs_are_chunks(numbers)) {}

  [[nodiscard]] std::int64_t blocks() const {
    return (map.output_count + Shape::rows - 1) / Shape::rows * channel_tiles();
  }
  [[nodiscard]] std::int64_t shared_bytes() const { return tile_bytes + TileElements::bytes(map.elements); }

  SPARSECONV_DEVICE_TEMPLATE
  template <class Block>
  SPARSECONV_HOST_DEVICE void operator()(Block& block) const {
    // Blocks that follow each other take the same rows, which the cache then has.
    auto const index = static_cast<std::uint32_t>(block.index());
    auto const tiles = static_cast<std::uint32_t>(channel_tiles());
    std::int64_t const first_place = std::int64_t{index / tiles} * Shape::rows;
    std::int64_t const first_channel = std::int64_t{index % tiles} * Shape::channels;
    std::byte* const elements = block.shared() + tile_bytes;
    write_elements(block.thread(), first_place / RowMapView::group, elements);
    block.barrier();

    RowMapSource source(map, first_place, TileElements(elements, map.elements));
    write_output_tile<T, Shape>(block, operands, source, first_channel, chunked_output);
  }

 private:
  static constexpr int groups_each = Shape::rows / static_cast<int>(RowMapView::group);
  static_assert(groups_each <= 8, "a byte has a bit for each group");
  static constexpr int tile_bytes = output_tile_bytes<Shape, RowMapSource, Sum>;

  [[nodiscard]] constexpr std::int64_t channel_tiles() const {
    return (operands.out_channels + Shape::channels - 1) / Shape::channels;
  }

  /// The elements of the tile, as TileElements reads them.
  SPARSECONV_HOST_DEVICE void write_elements(int thread, std::int64_t first_group, std::byte* memory) const {
    std::int64_t const words = map.mask_words();
    auto* const masks = reinterpret_cast<std::uint32_t*>(memory);
    auto* const groups_of = reinterpret_cast<std::uint8_t*>(masks + words);
    std::int64_t const left = map.groups() - first_group;
    int const groups = left < groups_each ? static_cast<int>(left) : groups_each;
    std::uint32_t const* const group_masks = map.group_masks + first_group * words;
    SPARSECONV_DEVICE_LOOP
    for (std::int64_t word = thread; word < words; word += threads) {
      std::uint32_t joined = 0;
      for (int g = 0; g < groups; ++g) joined |= group_masks[g * words + word];
      masks[word] = joined;
    }
    SPARSECONV_DEVICE_LOOP
    for (std::int64_t element = thread; element < map.elements; element += threads) {
      std::uint32_t present = 0;
      for (int g = 0; g < groups; ++g) {
        present |= (group_masks[g * words + element / 32] >> (element % 32) & 1U) << g;
      }
      groups_of[element] = static_cast<std::uint8_t>(present);
    }
  }
};

}  // namespace sparseconv::inline v0_1::on_device

#pragma once

#include <cstddef>
#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/execute/device/device_operands.hpp"
#include "sparseconv/execute/device/tile_epilogue.hpp"
#include "sparseconv/execute/device/tile_pipeline.hpp"
#include "sparseconv/execute/device/tile_sums.hpp"
#include "sparseconv/primitive/device/unroll.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Bytes of a tile's sums in shared memory.
template <class Shape, class Sum>
inline constexpr int tile_sums_bytes = Shape::rows* Shape::template sum_pitch<Sum>* static_cast<int>(sizeof(Sum));

/// Bytes of shared memory for a tile of outputs: the stages of its pipeline, whose place its sums take in the end.
template <class Shape, class Source, class Sum>
inline constexpr int output_tile_bytes =
    Shape::stages* stage_pitch<Shape, Source> > tile_sums_bytes<Shape, Sum> ? Shape::stages* stage_pitch<Shape, Source>
                                                                            : tile_sums_bytes<Shape, Sum>;

/// Sums a tile of outputs in registers over all that its source has, which does not scatter, finishes them and writes them.
///
/// T: float, double, half, bfloat16, or Tf32. The tile's channels begin at first_channel; its row r is row `source(r)` of the
/// output, or not wanted if that is no_row. `chunked`: see store_tile.
SPARSECONV_DEVICE_TEMPLATE
template <class T, class Shape, class Block, class Source>
SPARSECONV_HOST_DEVICE void write_output_tile(Block& block, DeviceOperands<StoredAs<T>> const& operands, Source& source,
                                              std::int64_t first_channel, bool chunked) {
  using Sums = TileSums<Shape, T>;
  using Sum = typename Sums::Sum;
  Sums sums(block.thread());
  add_products<Shape, StoredAs<T>>(block, block.shared(), operands, source, first_channel, sums);

  // The sums take the place of the stages.
  block.barrier();
  constexpr int pitch = Shape::template sum_pitch<Sum>;
  auto* const tile = reinterpret_cast<Sum*>(block.shared());
  SPARSECONV_DEVICE_UNROLL
  for (int i = 0; i < Sums::rows_each; ++i) {
    SPARSECONV_DEVICE_UNROLL
    for (int j = 0; j < Sums::channels_each; ++j) tile[sums.row(i) * pitch + sums.channel(j)] = sums.at(i, j);
  }
  block.barrier();
  store_tile<Shape, Shape::rows>(block, tile, operands, source, first_channel, chunked);
}

}  // namespace sparseconv::inline v0_1::on_device

#pragma once

#include <cstddef>
#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/execute/device/device_operands.hpp"
#include "sparseconv/execute/device/tile_loader.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Bytes of a stage, with what its source puts behind the operands; a multiple of 16.
template <class Shape, class Source>
inline constexpr int stage_pitch = Shape::stage_bytes + Source::tail_bytes;

/// The one main loop: goes through the flattened (batch of rows, slice of channels) steps of a tile with copies that
/// are always Shape::stages - 1 steps ahead, also from one batch to the next.
///
/// When a batch's last slice has been added, a source that scatters takes the sums away: `take(targets, sums)`.
/// Afterwards no copy is under way, and what `stages` holds is no longer needed once the block has met at a barrier.
SPARSECONV_DEVICE_TEMPLATE
template <class Shape, class T, class Block, class Source, class Sums>
SPARSECONV_HOST_DEVICE void add_products(Block& block, std::byte* stages, DeviceOperands<T> const& operands,
                                         Source& source, std::int64_t first_channel, Sums& sums) {
  constexpr int pitch = stage_pitch<Shape, Source>;
  TileLoader<Shape, T, Source> loader(operands, source, block.thread(), first_channel);
  int ahead = 0;  // steps that are under way or in shared memory
  for (int stage = 0; stage < Shape::stages - 1; ++stage) {
    if (loader.more()) {
      loader.fill(block, stages + stage * pitch);
      ++ahead;
    }
    block.commit();
  }
  int stage = 0;
  int free_stage = Shape::stages - 1;
  auto const in_channels = static_cast<int>(operands.in_channels);
  int channels_left = in_channels;
  while (ahead > 0) {
    // This thread's part of the step has come; after the barrier everyone's has, and everyone is done with the step
    // before, whose stage is the one to fill.
    block.template wait<Shape::stages - 2>();
    block.barrier();
    if (loader.more()) {
      loader.fill(block, stages + free_stage * pitch);
      ++ahead;
    }
    block.commit();  // always, so that every step is one group

    std::byte const* const input = stages + stage * pitch;
    std::byte const* const tail = input + Shape::stage_bytes;
    sums.add_product(block, input, input + Shape::rows * Shape::pitch, Source::groups(tail, sums.first_row_of_warp()));
    --ahead;
    channels_left -= Shape::slice_chunks * Chunk<T>::size;
    if (channels_left <= 0) {
      channels_left = in_channels;
      if constexpr (Source::scatters) source.take(reinterpret_cast<Row const*>(tail), sums);
    }
    free_stage = stage;
    stage = stage + 1 == Shape::stages ? 0 : stage + 1;
  }
  block.template wait<0>();
}

}  // namespace sparseconv::inline v0_1::on_device

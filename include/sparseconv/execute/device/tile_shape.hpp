#pragma once

namespace sparseconv::inline v0_1::on_device {

/// How a block of threads divides its work: a tile of Rows x Channels sums, rectangles of it to the warps, and slices
/// of SliceBytes of the input channels through the stages of a pipeline in shared memory.
template <int Rows, int Channels, int WarpsAlongRows, int WarpsAlongChannels, int SliceBytes = 64, int Stages = 4>
struct TileShape {
  static constexpr int rows = Rows;
  static constexpr int channels = Channels;
  static constexpr int warps_along_rows = WarpsAlongRows;
  static constexpr int warps_along_channels = WarpsAlongChannels;
  static constexpr int warp_rows = Rows / WarpsAlongRows;
  static constexpr int warp_channels = Channels / WarpsAlongChannels;
  static constexpr int threads = 32 * WarpsAlongRows * WarpsAlongChannels;
  static constexpr int slice_bytes = SliceBytes;
  static constexpr int slice_chunks = SliceBytes / 16;
  static constexpr int stages = Stages;

  /// Bytes from row to row in shared memory. The 16 more put eight rows that are read together into different banks.
  static constexpr int pitch = SliceBytes + 16;
  /// A stage holds the rows of the input, then those of the packed weights.
  static constexpr int stage_bytes = (Rows + Channels) * pitch;

  /// Numbers from row to row of a tile of sums in shared memory.
  template <class Sum>
  static constexpr int sum_pitch = Channels + 32 / static_cast<int>(sizeof(Sum));

  static_assert(Rows % (16 * WarpsAlongRows) == 0 && Channels % (16 * WarpsAlongChannels) == 0,
                "warps take whole fragments of 16 x 8 sums, two side by side");
  static_assert(SliceBytes % 32 == 0 && threads % slice_chunks == 0 && Stages >= 3);
};

}  // namespace sparseconv::inline v0_1::on_device

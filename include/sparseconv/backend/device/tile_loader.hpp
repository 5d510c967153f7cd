#pragma once

#include <cstddef>
#include <cstdint>

#include "sparseconv/backend/device/chunk.hpp"
#include "sparseconv/backend/device/device_operands.hpp"
#include "sparseconv/backend/device/pack_weights.hpp"
#include "sparseconv/backend/device/unroll.hpp"
#include "sparseconv/config.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv {

/// Fills stages of shared memory, one after the other, with what a tile's product needs: for each group of rows that a
/// source names, all slices of the input channels.
///
/// Source: `advance()` goes to the next group and says whether there is one; `element()` is the kernel element of the
///         group,
/// `row(r)` the input row that stands in row r of the tile, or no_row, read from global memory. The rows of a group are
/// read when the group before is begun, so that nothing waits for them. A source that `scatters` also has `target(r)`,
/// which goes into the stage behind the operands.
template <class Shape, class T, class Source>
class TileLoader {
 public:
  /// `chunked`: input rows begin at multiples of 16 bytes.
  SPARSECONV_HOST_DEVICE TileLoader(DeviceOperands<T> const& operands, Source& source, int thread,
                                    std::int64_t first_channel, bool chunked)
      : operands_(operands),
        source_(source),
        thread_(thread),
        first_channel_(first_channel),
        packed_channels_(packed_in_channels<T>(operands.in_channels)),
        columns_(operands.out_channels - first_channel < Shape::channels
                     ? static_cast<int>(operands.out_channels - first_channel)
                     : Shape::channels),
        chunked_(chunked) {
    read_ahead();
    begin_group();
  }

  /// Whether something is left to fill a stage with.
  [[nodiscard]] constexpr bool more() const { return more_; }

  SPARSECONV_DEVICE_TEMPLATE
  template <class Block>
  SPARSECONV_HOST_DEVICE void fill(Block& block, std::byte* stage) {
    int const row_of_thread = thread_ / Shape::slice_chunks;
    int const chunk = thread_ % Shape::slice_chunks;
    std::int64_t const in_channel = in_channel_ + chunk * Chunk<T>::size;
    std::byte* const place = stage + row_of_thread * Shape::pitch + chunk * 16;
    SPARSECONV_DEVICE_UNROLL
    for (int pass = 0; pass < input_passes; ++pass) {
      if ((pass + 1) * rows_a_pass <= Shape::rows || row_of_thread + pass * rows_a_pass < Shape::rows) {
        copy_input(block, place + pass * rows_a_pass * Shape::pitch, rows_[pass], in_channel);
      }
    }
    T const* const column = column_ + in_channel;
    SPARSECONV_DEVICE_UNROLL
    for (int pass = 0; pass < weight_passes; ++pass) {
      if ((pass + 1) * rows_a_pass > Shape::channels && row_of_thread + pass * rows_a_pass >= Shape::channels) continue;
      bool const present = row_of_thread + pass * rows_a_pass < columns_ && in_channel < packed_channels_;
      block.copy_async(place + (Shape::rows + pass * rows_a_pass) * Shape::pitch,
                       present ? column + pass * rows_a_pass * packed_channels_ : operands_.packed_weights, present);
    }
    if constexpr (Source::scatters) {
      if (thread_ < Shape::rows) reinterpret_cast<Row*>(stage + Shape::stage_bytes)[thread_] = target_;
    }

    in_channel_ += Shape::slice_chunks * Chunk<T>::size;
    if (in_channel_ >= operands_.in_channels) begin_group();
  }

 private:
  static constexpr int rows_a_pass = Shape::threads / Shape::slice_chunks;
  static constexpr int input_passes = (Shape::rows + rows_a_pass - 1) / rows_a_pass;
  static constexpr int weight_passes = (Shape::channels + rows_a_pass - 1) / rows_a_pass;
  static_assert(!Source::scatters || Shape::threads >= Shape::rows);

  SPARSECONV_HOST_DEVICE void begin_group() {
    more_ = has_next_;
    if (!more_) return;
    SPARSECONV_DEVICE_UNROLL
    for (int pass = 0; pass < input_passes; ++pass) rows_[pass] = next_rows_[pass];
    if constexpr (Source::scatters) target_ = next_target_;
    std::int64_t const out_channel = first_channel_ + thread_ / Shape::slice_chunks;
    column_ = operands_.packed_weights + (source_.element() * operands_.out_channels + out_channel) * packed_channels_;
    in_channel_ = 0;
    read_ahead();
  }

  SPARSECONV_HOST_DEVICE void read_ahead() {
    has_next_ = source_.advance();
    if (!has_next_) return;
    SPARSECONV_DEVICE_UNROLL
    for (int pass = 0; pass < input_passes; ++pass) {
      int const row = thread_ / Shape::slice_chunks + pass * rows_a_pass;
      next_rows_[pass] = row < Shape::rows ? source_.row(row) : no_row;
    }
    if constexpr (Source::scatters) next_target_ = thread_ < Shape::rows ? source_.target(thread_) : no_row;
  }

  SPARSECONV_DEVICE_TEMPLATE
  template <class Block>
  SPARSECONV_HOST_DEVICE void copy_input(Block& block, std::byte* to, Row row, std::int64_t in_channel) const {
    bool const present = row != no_row && in_channel < operands_.in_channels;
    T const* const from = operands_.input + (present ? row * operands_.in_channels + in_channel : 0);
    if (chunked_) {
      block.copy_async(to, from, present);
      return;
    }
    Chunk<T> chunk;
    SPARSECONV_DEVICE_UNROLL
    for (int n = 0; n < Chunk<T>::size; ++n) {
      chunk.numbers[n] = present && in_channel + n < operands_.in_channels ? from[n] : T(0);
    }
    *reinterpret_cast<Chunk<T>*>(to) = chunk;
  }

  DeviceOperands<T> const& operands_;
  Source& source_;
  int thread_;
  std::int64_t first_channel_;
  std::int64_t packed_channels_;
  int columns_;  // output channels that the tile has
  bool chunked_;

  Row rows_[std::size_t{input_passes}];
  Row next_rows_[std::size_t{input_passes}];
  Row target_ = no_row;
  Row next_target_ = no_row;
  T const* column_ = nullptr;  // the packed weights that this thread copies first
  std::int64_t in_channel_ = 0;
  bool more_ = false;
  bool has_next_ = false;
};

}  // namespace sparseconv

#pragma once

#include <cstddef>
#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/execute/device/chunk.hpp"
#include "sparseconv/execute/device/device_operands.hpp"
#include "sparseconv/execute/device/pack_weights.hpp"
#include "sparseconv/primitive/device/unroll.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Fills stages of shared memory, one after the other, with what a tile's product needs: for each batch of rows that a
/// source names, all slices of the input channels.
///
/// Source: `advance()` goes to the next batch and says whether there is one; `element()` is the kernel element of the
///         batch, `row(r)` the input row that stands in row r of the tile, or no_row, read from global memory. The rows of
///         a batch are read when the batch before is begun, so that nothing waits for them. `tail(thread)` is what
///         write_tail puts behind the operands of each stage of the batch, for who multiplies them.
///
/// A warp does little else between its products, so every instruction counts: channels and rows are 32 bits wide, and are
/// multiplied to 64 in one step.
template <class Shape, class T, class Source>
class TileLoader {
 public:
  SPARSECONV_HOST_DEVICE TileLoader(DeviceOperands<T> const& operands, Source& source, int thread,
                                    std::int64_t first_channel)
      : operands_(operands),
        source_(source),
        thread_(thread),
        in_channels_(static_cast<int>(operands.in_channels)),
        row_bytes_(static_cast<std::uint32_t>(operands.in_channels * std::int64_t{sizeof(T)})) {
    std::int64_t const columns = operands.out_channels - first_channel - row_of_thread();
    columns_left_ = columns < Shape::channels ? static_cast<int>(columns) : Shape::channels;
    column_ = reinterpret_cast<std::byte const*>(operands.packed_weights) +
              (first_channel + row_of_thread()) * row_bytes_ + chunk_of_thread() * 16;
    column_step_ = std::int64_t{rows_a_pass} * row_bytes_;
    element_bytes_ = static_cast<std::uint64_t>(operands.out_channels) * row_bytes_;
    read_ahead();
    begin_batch();
  }

  /// Whether something is left to fill a stage with.
  [[nodiscard]] constexpr bool more() const { return more_; }

  SPARSECONV_DEVICE_TEMPLATE
  template <class Block>
  SPARSECONV_HOST_DEVICE void fill(Block& block, std::byte* stage) {
    int const in_channel = slice_channel_ + chunk_of_thread() * Chunk<T>::size;
    bool const inside = in_channel < in_channels_;
    std::byte* const place = stage + row_of_thread() * Shape::pitch + chunk_of_thread() * 16;
    auto const* const first_row = reinterpret_cast<std::byte const*>(operands_.input + in_channel);
    SPARSECONV_DEVICE_UNROLL
    for (int pass = 0; pass < input_passes; ++pass) {
      if (!in_tile(pass, Shape::rows)) continue;
      bool const present = inside && rows_[pass] != no_row;
      block.copy_async(place + pass * rows_a_pass * Shape::pitch, first_row + row_begin(present ? rows_[pass] : 0),
                       present);
    }
    SPARSECONV_DEVICE_UNROLL
    for (int pass = 0; pass < weight_passes; ++pass) {
      if (!in_tile(pass, Shape::channels)) continue;
      bool const present = inside && pass * rows_a_pass < columns_left_;
      block.copy_async(place + (Shape::rows + pass * rows_a_pass) * Shape::pitch, weights_ + pass * column_step_,
                       present);
    }
    Source::write_tail(stage + Shape::stage_bytes, thread_, tail_);

    weights_ += Shape::slice_bytes;
    slice_channel_ += Shape::slice_chunks * Chunk<T>::size;
    if (slice_channel_ >= in_channels_) begin_batch();
  }

 private:
  static constexpr int rows_a_pass = Shape::threads / Shape::slice_chunks;
  static constexpr int input_passes = (Shape::rows + rows_a_pass - 1) / rows_a_pass;
  static constexpr int weight_passes = (Shape::channels + rows_a_pass - 1) / rows_a_pass;
  static_assert(!Source::scatters || Shape::threads >= Shape::rows);
  static_assert(Source::tail_bytes % 16 == 0);

  [[nodiscard]] constexpr int row_of_thread() const { return thread_ / Shape::slice_chunks; }
  [[nodiscard]] constexpr int chunk_of_thread() const { return thread_ % Shape::slice_chunks; }
  /// Whether the row that this thread copies in a pass is one of `rows`, which for most shapes is known when they are compiled.
  [[nodiscard]] constexpr bool in_tile(int pass, int rows) const {
    return (pass + 1) * rows_a_pass <= rows || row_of_thread() + pass * rows_a_pass < rows;
  }
  [[nodiscard]] constexpr std::uint64_t row_begin(Row row) const {
    return std::uint64_t{static_cast<std::uint32_t>(row)} * row_bytes_;
  }

  // Without branches: behind the last batch these are rows and weights that nobody copies.
  SPARSECONV_HOST_DEVICE void begin_batch() {
    more_ = has_next_;
    SPARSECONV_DEVICE_UNROLL
    for (int pass = 0; pass < input_passes; ++pass) rows_[pass] = next_rows_[pass];
    tail_ = next_tail_;
    weights_ = column_ + source_.element() * element_bytes_;
    slice_channel_ = 0;
    read_ahead();
  }

  SPARSECONV_HOST_DEVICE void read_ahead() {
    has_next_ = source_.advance();
    SPARSECONV_DEVICE_UNROLL
    for (int pass = 0; pass < input_passes; ++pass) {
      bool const wanted = has_next_ && in_tile(pass, Shape::rows);
      next_rows_[pass] = wanted ? source_.row(row_of_thread() + pass * rows_a_pass) : no_row;
    }
    next_tail_ = has_next_ ? source_.tail(thread_) : 0;
  }

  DeviceOperands<T> const& operands_;
  Source& source_;
  int thread_;
  int in_channels_;
  std::uint32_t row_bytes_;  // of the input, and of a column of packed weights

  int columns_left_;             // output channels of the tile from the first on that this thread copies
  std::byte const* column_;      // where that one's packed weights begin, for element 0; the thread's chunk of them
  std::int64_t column_step_;     // to the one of the next pass
  std::uint64_t element_bytes_;  // of packed weights

  Row rows_[std::size_t{input_passes}];
  Row next_rows_[std::size_t{input_passes}];
  std::int32_t tail_ = 0;
  std::int32_t next_tail_ = 0;
  std::byte const* weights_ = nullptr;  // what this thread copies next, of the first pass
  int slice_channel_ = 0;
  bool more_ = false;
  bool has_next_ = false;
};

}  // namespace sparseconv::inline v0_1::on_device

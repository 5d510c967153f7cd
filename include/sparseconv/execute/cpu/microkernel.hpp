#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/execute/activation.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/primitive/row.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// Some pairs of one kernel element, all with outputs in one block of rows, and one panel of the element's matrix, in the type
/// that the kernel multiplies.
///
/// Shapes: input rows of input_stride, of which the first in_channels count; panel in_channels x width, width = vectors * lanes
///         of the kernel that is called, in the order of Microkernels; block rows of block_stride, of which the kernel adds to
///         the first `width` columns.
template <Element T>
struct BlockPairs {
  T const* input;
  std::int64_t input_stride;
  std::int64_t in_channels;
  T const* panel;
  Accumulator<T>* block;
  std::int64_t block_stride;
  Row first_row;  ///< the output row that the block starts with
  Row const* input_rows;
  Row const* output_rows;
  std::int64_t count;
  T const* next_panel = nullptr;     ///< what the next call reads, if known: it is fetched meanwhile
  std::int64_t next_panel_size = 0;  ///< in numbers
};

/// Numbers of a type in a cache line.
template <Element T>
inline constexpr std::int64_t numbers_per_line = 64 / sizeof(T);

/// What a tile of pairs fetches into the caches while it adds.
template <Element T>
struct TileAhead {
  Row const* input_rows = nullptr;  ///< of the tile after it
  T const* panel = nullptr;         ///< its share of the next call's panel
  std::int64_t panel_lines = 0;     ///< of that share, for each cache line of an input row
};

/// For tile number `tile` of `tiles`, each of `rows` pairs. Shares are rounded up to lines, so the last may end behind the panel.
template <Element T>
TileAhead<T> tile_ahead(BlockPairs<T> const& pairs, std::int64_t tile, std::int64_t tiles, std::int64_t rows) {
  std::int64_t const begin = pairs.next_panel_size * tile / tiles;
  std::int64_t const share = pairs.next_panel_size * (tile + 1) / tiles - begin;
  return {pairs.input_rows + std::min(tile + 1, tiles - 1) * rows, pairs.next_panel + begin,
          (share + pairs.in_channels - 1) / pairs.in_channels};
}

/// The most vectors that a panel is wide.
inline constexpr int most_panel_vectors = 4;

/// Rows of sums to be finished: to = activation(from * factors + offsets + residual), where null pointers leave their part out.
///
/// A product is rounded before the sum. Shapes: rows x channels numbers each, rows of their own strides; factors and offsets
/// channels. `to` may be `from`, or must not overlap it.
template <Element T>
struct RowsToFinish {
  T const* from;
  std::int64_t from_stride;
  T* to;
  std::int64_t to_stride;
  std::int64_t rows;
  std::int64_t channels;
  T const* factors = nullptr;
  T const* offsets = nullptr;
  T const* residual = nullptr;
  std::int64_t residual_stride = 0;
  Activation activation = no_activation;
};

/// Applies a smooth activation to each number. It is compiled as the program is, whatever the function that calls it is for: the
/// bits are the same, and no function has the long text inside.
template <Element T>
SPARSECONV_NOINLINE void activate_smoothly(Activation activation, T* numbers, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) numbers[i] = activation.smooth(numbers[i]);
}

/// How the numbers of a panel lie.
enum class PanelOrder {
  rows,  ///< row-major: an input channel after the other
  twos,  ///< input channels c and c + 1 in one row, c rising in twos: for each column the weight of c, then that of c + 1
  exchanged_twos  ///< the same, that of c + 1 first
};

/// What one instruction set offers to multiply numbers of T: functions compiled for it, whatever the rest of the program is
/// compiled for, so that speed and bits do not depend on the program's flags.
///
/// A kernel multiplies `channels` input channels of a row at once, and in_channels must be a multiple of it.
template <Element T>
struct Microkernels {
  using AddPairs = void (*)(BlockPairs<T> const&);

  std::int64_t lanes;         ///< sums in a vector
  std::int64_t channels;      ///< input channels that are multiplied at once
  PanelOrder order;           ///< of the panels that the kernels read
  std::int64_t most_vectors;  ///< widest panel, in vectors of sums
  /// For each panel width: block[o] += input[i] panel for each pair (i, o).
  std::array<AddPairs, most_panel_vectors> add_pairs;
};

}  // namespace sparseconv::inline v0_1::on_cpu

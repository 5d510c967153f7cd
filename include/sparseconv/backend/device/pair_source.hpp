#pragma once

#include <cstdint>

#include "sparseconv/backend/device/device_pairs.hpp"
#include "sparseconv/backend/device/unroll.hpp"
#include "sparseconv/config.hpp"

namespace sparseconv {

/// The pairs of one kernel element whose outputs are in a block of rows.
struct PairRange {
  std::int64_t first;
  std::int64_t count;

  /// Finds them by two bisections, the second of at most as many pairs as there are rows.
  [[nodiscard]] static constexpr PairRange of(DevicePairs const& pairs, std::int64_t element, std::int64_t first_row,
                                              std::int64_t end_row) {
    std::int64_t const begin = pairs.offsets[element];
    std::int64_t const end = pairs.offsets[element + 1];
    std::int64_t const first = first_pair_from(pairs.output_rows, begin, end, first_row);
    std::int64_t const most = end_row - first_row;
    std::int64_t const limit = end - first < most ? end : first + most;
    return {first, first_pair_from(pairs.output_rows, first, limit, end_row) - first};
  }

 private:
  static constexpr std::int64_t first_pair_from(Row const* rows, std::int64_t begin, std::int64_t end,
                                                std::int64_t row) {
    while (begin < end) {
      std::int64_t const middle = begin + (end - begin) / 2;
      if (rows[middle] < row) {
        begin = middle + 1;
      } else {
        end = middle;
      }
    }
    return begin;
  }
};

/// The pairs of a block of output rows, element by element, Shape::rows of them at a time, for TileLoader; adds the
/// products of the pairs to the block's sums in shared memory.
template <class Shape, class Sum>
struct PairSource {
  static constexpr bool scatters = true;
  static constexpr int pitch = Shape::template sum_pitch<Sum>;

  DevicePairs const& pairs;
  PairRange const* ranges;  ///< of all elements
  std::int64_t first_row;
  Sum* block_sums;

  std::int64_t current = -1;
  std::int64_t first = 0;
  std::int64_t left = 0;  ///< pairs of the element from `first` on

  [[nodiscard]] constexpr bool advance() {
    first += Shape::rows;
    left -= Shape::rows;
    while (left <= 0) {
      if (++current >= pairs.elements) return false;
      first = ranges[current].first;
      left = ranges[current].count;
    }
    return true;
  }
  [[nodiscard]] constexpr std::int64_t element() const { return current; }
  [[nodiscard]] constexpr Row row(int r) const { return r < left ? pairs.input_rows[first + r] : no_row; }
  /// Which row of the block a pair is added to.
  [[nodiscard]] constexpr Row target(int r) const {
    return r < left ? static_cast<Row>(pairs.output_rows[first + r] - first_row) : no_row;
  }

  /// Adds a group's products. Its targets differ, so that no two threads add to one sum.
  template <class Sums>
  SPARSECONV_HOST_DEVICE void take(Row const* targets, Sums& sums) const {
    SPARSECONV_DEVICE_UNROLL
    for (int i = 0; i < Sums::rows_each; ++i) {
      Row const target = targets[sums.row(i)];
      SPARSECONV_DEVICE_UNROLL
      for (int j = 0; j < Sums::channels_each; ++j) {
        if (target != no_row) block_sums[target * pitch + sums.channel(j)] += sums.at(i, j);
        sums.at(i, j) = 0;
      }
    }
  }
};

}  // namespace sparseconv

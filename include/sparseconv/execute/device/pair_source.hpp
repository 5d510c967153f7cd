#pragma once

#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/execute/device/all_groups.hpp"
#include "sparseconv/index/device/device_pairs.hpp"
#include "sparseconv/primitive/device/unroll.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Those of one kernel element's pairs whose outputs are in a block of rows.
struct PairRange {
  std::int64_t first;  ///< counted from the element's first pair
  std::int64_t count;

  /// Finds them by two bisections, the second of at most as many pairs as there are rows.
  [[nodiscard]] static constexpr PairRange of(DevicePairs const& pairs, std::int64_t element, std::int64_t first_row,
                                              std::int64_t end_row) {
    Row const* const outputs = pairs.outputs_of(element);
    std::int64_t const count = pairs.pair_count(element);
    std::int64_t const first = first_pair_from(outputs, 0, count, first_row);
    std::int64_t const most = end_row - first_row;
    std::int64_t const limit = count - first < most ? count : first + most;
    return {first, first_pair_from(outputs, first, limit, end_row) - first};
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
  Row const* inputs = nullptr;   ///< of the pairs that are next
  Row const* outputs = nullptr;  ///< likewise
  std::int64_t left = 0;         ///< how many of the element's pairs they are

  [[nodiscard]] constexpr bool advance() {
    left -= Shape::rows;
    if (left > 0) {
      inputs += Shape::rows;
      outputs += Shape::rows;
      return true;
    }
    do {
      if (++current >= pairs.elements) return false;
      left = ranges[current].count;
    } while (left <= 0);
    inputs = pairs.inputs_of(current) + ranges[current].first;
    outputs = pairs.outputs_of(current) + ranges[current].first;
    return true;
  }
  [[nodiscard]] constexpr std::uint32_t element() const { return static_cast<std::uint32_t>(current); }
  [[nodiscard]] constexpr Row row(int r) const { return r < left ? inputs[r] : no_row; }
  /// Which row of the block a pair is added to.
  [[nodiscard]] constexpr Row target(int r) const {
    return r < left ? static_cast<Row>(outputs[r] - first_row) : no_row;
  }

  /// What goes into a stage behind its operands: the target of each row.
  static constexpr int tail_bytes = Shape::rows * static_cast<int>(sizeof(Row));
  [[nodiscard]] constexpr Row tail(int thread) const { return thread < Shape::rows ? target(thread) : no_row; }
  SPARSECONV_HOST_DEVICE static void write_tail(std::byte* to, int thread, Row target) {
    if (thread < Shape::rows) reinterpret_cast<Row*>(to)[thread] = target;
  }
  [[nodiscard]] static constexpr AllGroups groups(std::byte const*, int) { return {}; }

  /// Adds a batch's products. Its targets differ, so that no two threads add to one sum.
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

}  // namespace sparseconv::inline v0_1::on_device

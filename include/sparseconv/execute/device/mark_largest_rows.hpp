#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "sparseconv/config.hpp"
#include "sparseconv/execute/device/item_of_row.hpp"
#include "sparseconv/execute/score_order.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/device/key_order.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/primitive/wide_key.hpp"
#include "sparseconv/tensor/copy_to.hpp"

namespace sparseconv::inline v0_1::on_device {

/// What rows are ordered by: their item, and in it their score.
template <Element T>
using ItemScoreKey = std::conditional_t<sizeof(ScoreKey<T>) == 8, WideKey, std::uint64_t>;

/// Writes the key of a row.
template <Element T>
struct KeyScores {
  Row const* offsets;
  std::int64_t items;
  T const* scores;
  std::int64_t stride;
  ItemScoreKey<T>* keys;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t row) const {
    auto const item = static_cast<std::uint64_t>(item_of_row(offsets, items, row));
    auto const score = score_key(scores[row * stride]);
    if constexpr (sizeof(score) == 8) {
      keys[row] = WideKey(item, score);
    } else {
      keys[row] = item << 32 | score;
    }
  }
};

/// Marks the row at a place of the order if its item has fewer before it than are to be marked.
struct MarkFirstOfItem {
  Row const* order;
  Row const* offsets;
  std::int64_t items;
  std::int64_t const* counts;
  std::uint8_t* mask;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t place) const {
    std::int64_t const item =
        item_of_row(offsets, items, place);  // each item has its own places, as it has its own rows
    mask[order[place]] = place - offsets[item] < counts[item] ? 1 : 0;
  }
};

/// sparseconv::mark_largest_rows by a sort of all rows. Does not wait.
template <Element T, DevicePolicy Policy>
void mark_largest_rows(Policy const& where, std::span<Row const> offsets,
                       MatrixView<T const, typename Policy::Memory> scores, std::span<std::int64_t const> counts,
                       std::uint8_t* mask) {
  using Memory = typename Policy::Memory;
  if (scores.rows == 0) return;
  std::int64_t const items = std::ssize(counts);
  auto const counts_there = copy_in_pieces(where, counts);
  Buffer<ItemScoreKey<T>, Memory> keys(where.memory(), scores.rows);
  where.for_each(scores.rows, KeyScores<T>{offsets.data(), items, scores.data, scores.stride, keys.data()});
  auto const last_item = static_cast<std::uint64_t>(items - 1);
  auto const item_bits = static_cast<int>(std::bit_width(last_item));  // on the host
  int const bits = static_cast<int>(8 * sizeof(ScoreKey<T>)) + item_bits;
  auto const sorted = order_keys(where, keys, bits);
  where.for_each(scores.rows, MarkFirstOfItem{sorted.order.data(), offsets.data(), items, counts_there.data(), mask});
}

}  // namespace sparseconv::inline v0_1::on_device

#pragma once

#include <cstdint>

#include "sparseconv/primitive/row.hpp"

namespace sparseconv::inline v0_1 {

/// How many rows a reduction joins one after another; what comes of such blocks is joined in their order. So the bits
/// depend on the number of rows alone, and there is work for every thread.
inline constexpr std::int64_t rows_per_block = 256;

/// How many blocks so many rows make.
constexpr std::int64_t block_count(std::int64_t rows) {
  return (rows + rows_per_block - 1) / rows_per_block;
}

/// The blocks of each batch item, counted from the item's own first row, in a list that is as long whatever lies in
/// the offsets.
///
/// The blocks of an item have places that follow one another from first_place on. There may be a place too much
/// between two items, which has no rows; so a device need not know the offsets on the host.
struct ItemBlocks {
  Row const* offsets;  ///< B + 1, see item_offsets
  std::int64_t items;

  /// Rows [begin, end).
  struct Block {
    std::int64_t begin;
    std::int64_t end;  ///< no more than begin where the place has no rows
  };

  /// The length of the list for so many rows.
  [[nodiscard]] constexpr std::int64_t place_count(std::int64_t rows) const {
    return items == 0 ? 0 : rows / rows_per_block + items;
  }
  [[nodiscard]] constexpr std::int64_t first_place(std::int64_t item) const {
    return offsets[item] / rows_per_block + item;
  }
  [[nodiscard]] constexpr std::int64_t blocks_of(std::int64_t item) const {
    return block_count(std::int64_t{offsets[item + 1]} - offsets[item]);
  }
  /// The rows of the block at a place.
  [[nodiscard]] constexpr Block block_at(std::int64_t place) const {
    std::int64_t item = 0;  // the last item whose first place is not behind it
    for (std::int64_t end = items; end - item > 1;) {
      std::int64_t const middle = item + (end - item) / 2;
      if (first_place(middle) <= place) {
        item = middle;
      } else {
        end = middle;
      }
    }
    std::int64_t const begin = offsets[item] + (place - first_place(item)) * rows_per_block;
    std::int64_t const end = offsets[item + 1];
    return {begin, end < begin + rows_per_block ? end : begin + rows_per_block};
  }
};

}  // namespace sparseconv::inline v0_1

#pragma once

#include <bit>
#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/index/row_map.hpp"

namespace sparseconv {

/// The kernel elements that a tile of a row map has, in rising order, for TileLoader: all rows of the tile are one
/// group.
struct RowMapSource {
  static constexpr bool scatters = false;

  RowMapView const& map;
  std::int64_t first_place;
  std::uint32_t const* masks;  ///< mask_words() of them: the elements that some row of the tile has

  int word = -1;
  std::uint32_t bits = 0;
  std::int64_t current = 0;

  [[nodiscard]] constexpr bool advance() {
    while (bits == 0) {
      if (++word >= map.mask_words()) return false;
      bits = masks[word];
    }
    current = word * 32 + std::countr_zero(bits);
    bits &= bits - 1;
    return true;
  }
  [[nodiscard]] constexpr std::int64_t element() const { return current; }
  [[nodiscard]] constexpr Row row(int r) const {
    std::int64_t const place = first_place + r;
    return place < map.output_count ? map.input_rows[current * map.output_count + place] : no_row;
  }
  /// The output row of row r of the tile, or no_row behind the last.
  [[nodiscard]] constexpr Row operator()(int r) const {
    std::int64_t const place = first_place + r;
    return place < map.output_count ? map.output_rows[place] : no_row;
  }
};

}  // namespace sparseconv

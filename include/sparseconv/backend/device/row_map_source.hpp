#pragma once

#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/index/row_map.hpp"
#include "sparseconv/primitive/device_words.hpp"

namespace sparseconv {

/// The kernel elements that a tile of a row map has, in rising order, for TileLoader: all rows of the tile are one
/// group.
class RowMapSource {
 public:
  static constexpr bool scatters = false;

  /// For the places from first_place on; masks are map.mask_words(): the elements that some row of the tile has.
  constexpr RowMapSource(RowMapView const& map, std::int64_t first_place, std::uint32_t const* masks)
      : first_rows_(map.input_rows + first_place),
        output_rows_(map.output_rows + first_place),
        masks_(masks),
        words_(static_cast<int>(map.mask_words())),
        places_(static_cast<std::uint32_t>(map.output_count)),
        left_(static_cast<int>(map.output_count - first_place)) {}

  [[nodiscard]] constexpr bool advance() {
    while (bits_ == 0) {
      if (++word_ >= words_) return false;
      bits_ = masks_[word_];
    }
    element_ = static_cast<std::uint32_t>(word_ * 32 + lowest_one(bits_));
    bits_ &= bits_ - 1;
    rows_ = first_rows_ + std::uint64_t{element_} * places_;
    return true;
  }
  [[nodiscard]] constexpr std::uint32_t element() const { return element_; }
  [[nodiscard]] constexpr Row row(int r) const { return r < left_ ? rows_[r] : no_row; }
  /// The output row of row r of the tile, or no_row behind the last.
  [[nodiscard]] constexpr Row operator()(int r) const { return r < left_ ? output_rows_[r] : no_row; }

 private:
  Row const* first_rows_;  // of element 0
  Row const* output_rows_;
  std::uint32_t const* masks_;
  int words_;
  std::uint32_t places_;
  int left_;  // places from the tile's first on

  int word_ = -1;
  std::uint32_t bits_ = 0;
  std::uint32_t element_ = 0;
  Row const* rows_ = nullptr;  // of the element
};

}  // namespace sparseconv

#pragma once

#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/index/row_map.hpp"
#include "sparseconv/primitive/device_words.hpp"

namespace sparseconv {

/// Goes through the bits of a mask of several words, in rising order.
class MaskBits {
 public:
  constexpr MaskBits(std::uint32_t const* masks, int words) : masks_(masks), words_(words) {}

  /// Goes to the next bit that is 1, and says whether there is one.
  [[nodiscard]] constexpr bool advance() {
    while (left_ == 0) {
      if (++word_ >= words_) return false;
      left_ = masks_[word_];
    }
    bit_ = lowest_one(left_);
    left_ &= left_ - 1;
    return true;
  }
  /// Of the bit, counted through all words.
  [[nodiscard]] constexpr int number() const { return word_ * 32 + bit_; }

 private:
  std::uint32_t const* masks_;
  int words_;
  int word_ = -1;
  int bit_ = 0;
  std::uint32_t left_ = 0;
};

/// Which groups of 16 rows have the element whose product is next, for the `Groups` groups of one warp.
template <int Groups>
class RowMapGroups {
 public:
  /// groups_of: for each element a bit for each group of the tile; the warp's begin at first_group.
  constexpr RowMapGroups(MaskBits const& elements, std::uint8_t const* groups_of, int first_group)
      : elements_(elements), groups_of_(groups_of), first_group_(first_group) {}

  /// Goes to the next element.
  constexpr void advance() {
    present_ = elements_.advance() ? groups_of_[elements_.number()] >> first_group_ & ((1 << Groups) - 1) : 0;
  }
  [[nodiscard]] constexpr bool any() const { return present_ != 0; }
  [[nodiscard]] constexpr bool has(int group) const { return (present_ >> group & 1) != 0; }

 private:
  MaskBits elements_;
  std::uint8_t const* groups_of_;
  int first_group_;
  int present_ = 0;
};

/// The kernel elements that a tile of a row map has, in rising order, for TileLoader: all rows of the tile are one
/// group.
class RowMapSource {
 public:
  static constexpr bool scatters = false;

  /// For the places from first_place on. masks: the elements that some row of the tile has, in map.mask_words() words;
  /// groups_of: for each element the groups of rows that have it, a bit each.
  constexpr RowMapSource(RowMapView const& map, std::int64_t first_place, std::uint32_t const* masks,
                         std::uint8_t const* groups_of)
      : first_rows_(map.input_rows + first_place),
        output_rows_(map.output_rows + first_place),
        groups_of_(groups_of),
        elements_(masks, static_cast<int>(map.mask_words())),
        places_(static_cast<std::uint32_t>(map.output_count)),
        left_(static_cast<int>(map.output_count - first_place)) {}

  [[nodiscard]] constexpr bool advance() {
    if (!elements_.advance()) return false;
    element_ = static_cast<std::uint32_t>(elements_.number());
    rows_ = first_rows_ + std::uint64_t{element_} * places_;
    return true;
  }
  [[nodiscard]] constexpr std::uint32_t element() const { return element_; }
  [[nodiscard]] constexpr Row row(int r) const { return r < left_ ? rows_[r] : no_row; }
  /// The output row of row r of the tile, or no_row behind the last.
  [[nodiscard]] constexpr Row operator()(int r) const { return r < left_ ? output_rows_[r] : no_row; }

  /// The groups of a warp's rows, before the first element; of a source that has not advanced.
  template <int Groups>
  [[nodiscard]] constexpr RowMapGroups<Groups> groups(int first_row) const {
    return {elements_, groups_of_, first_row / static_cast<int>(RowMapView::group)};
  }

 private:
  Row const* first_rows_;  // of element 0
  Row const* output_rows_;
  std::uint8_t const* groups_of_;
  MaskBits elements_;
  std::uint32_t places_;
  int left_;  // places from the tile's first on

  std::uint32_t element_ = 0;
  Row const* rows_ = nullptr;  // of the element
};

}  // namespace sparseconv

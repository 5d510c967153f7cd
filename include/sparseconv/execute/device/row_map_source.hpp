#pragma once

#include <cstddef>
#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/index/row_map.hpp"
#include "sparseconv/primitive/device_words.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Goes through the kernel elements that some row of a tile has, in rising order.
///
/// They lie in shared memory: words with a bit for each element, then a byte for each element, whose bits are the groups of
/// 16 rows that have it.
class TileElements {
 public:
  static constexpr std::int64_t bytes(std::int64_t elements) { return (elements + 31) / 32 * 4 + elements; }

  SPARSECONV_HOST_DEVICE TileElements(std::byte const* memory, std::int64_t elements)
      : words_begin_(reinterpret_cast<std::uint32_t const*>(memory)), words_(static_cast<int>((elements + 31) / 32)) {}

  /// Goes to the next element, and says whether there is one.
  [[nodiscard]] SPARSECONV_HOST_DEVICE bool advance() {
    while (left_ == 0) {
      if (++word_ >= words_) return false;
      left_ = words_begin_[word_];
    }
    element_ = word_ * 32 + lowest_one(left_);
    left_ &= left_ - 1;
    return true;
  }
  [[nodiscard]] constexpr int element() const { return element_; }
  /// A bit for each group of rows: whether it has the element.
  [[nodiscard]] SPARSECONV_HOST_DEVICE int groups() const {
    return reinterpret_cast<std::uint8_t const*>(words_begin_ + words_)[element_];
  }

 private:
  std::uint32_t const* words_begin_;
  int words_;
  int word_ = -1;
  int element_ = 0;
  std::uint32_t left_ = 0;  // of the word
};

static_assert(RowMapView::group == 16, "a group is the rows of one product of tensor cores");

/// Which of a warp's groups of 16 rows have the element whose product is next: those whose bit is set, from bit 0 on.
struct PresentGroups {
  int bits;

  /// Whether some of the first `count` do.
  [[nodiscard]] constexpr bool any_of(int count) const { return (bits & ((1 << count) - 1)) != 0; }
  [[nodiscard]] constexpr bool has(int group) const { return (bits >> group & 1) != 0; }
};

/// The kernel elements that a tile of a row map has, in rising order, for TileLoader: all rows of the tile are one
/// batch.
class RowMapSource {
 public:
  static constexpr bool scatters = false;

  /// For the places from first_place on, whose elements lie in shared memory.
  SPARSECONV_HOST_DEVICE RowMapSource(RowMapView const& map, std::int64_t first_place, TileElements const& elements)
      : first_rows_(map.input_rows + first_place),
        output_rows_(map.output_rows + first_place),
        elements_(elements),
        places_(static_cast<std::uint32_t>(map.output_count)),
        left_(static_cast<int>(map.output_count - first_place)) {}

  [[nodiscard]] SPARSECONV_HOST_DEVICE bool advance() {
    if (!elements_.advance()) return false;
    rows_ = first_rows_ + std::uint64_t{element()} * places_;
    return true;
  }
  [[nodiscard]] constexpr std::uint32_t element() const { return static_cast<std::uint32_t>(elements_.element()); }
  [[nodiscard]] constexpr Row row(int r) const { return r < left_ ? rows_[r] : no_row; }
  /// The output row of row r of the tile, or no_row behind the last.
  [[nodiscard]] constexpr Row operator()(int r) const { return r < left_ ? output_rows_[r] : no_row; }

  /// What goes into a stage behind its operands: a bit for each group of 16 rows that has the element.
  static constexpr int tail_bytes = 16;
  [[nodiscard]] SPARSECONV_HOST_DEVICE int tail(int) const { return elements_.groups(); }
  SPARSECONV_HOST_DEVICE static void write_tail(std::byte* to, int thread, int groups) {
    if (thread == 0) *reinterpret_cast<int*>(to) = groups;
  }
  /// The groups from the one that a row is in on.
  [[nodiscard]] SPARSECONV_HOST_DEVICE static PresentGroups groups(std::byte const* tail, int first_row) {
    return {*reinterpret_cast<int const*>(tail) >> first_row / static_cast<int>(RowMapView::group)};
  }

 private:
  Row const* first_rows_;  // of element 0
  Row const* output_rows_;
  TileElements elements_;
  std::uint32_t places_;
  int left_;                   // places from the tile's first on
  Row const* rows_ = nullptr;  // of the element
};

}  // namespace sparseconv::inline v0_1::on_device

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/primitive/device_words.hpp"
#include "sparseconv/primitive/wide_key.hpp"
#include "sparseconv/tensor/box.hpp"

namespace sparseconv::inline v0_1 {

/// Packs the coordinates of a box into integers that sort as the coordinates do.
///
/// Each field is taken relative to the box's low corner and has as many bits as the box is wide, so inside the box
/// key(c + offset) == key(c) + offset_key(offset): a neighbour is found by one addition. Key is std::uint64_t or
/// WideKey.
template <int D, class Key>
class KeyPacking {
 public:
  constexpr KeyPacking() = default;

  /// The box must need at most 8 * sizeof(Key) bits: see with_key_packing.
  explicit constexpr KeyPacking(Box<D> const& box) : box_(box) {
    int used = 0;
    for (std::size_t field = box.low.size(); field-- > 0;) {
      int const width = field_bits(box, field);
      shift_[field] = width == 0 ? 0 : used;  // a shift by the key's full width would be undefined
      mask_[field] = width == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
      used += width;
    }
    bits_ = used;
  }

  /// Bits that the keys of a box take.
  static constexpr int bits_needed(Box<D> const& box) {
    int bits = 0;
    SPARSECONV_UNROLL
    for (std::size_t field = 0; field < fields_of<D>; ++field) bits += field_bits(box, field);
    return bits;
  }

  [[nodiscard]] constexpr int bits() const { return bits_; }

  [[nodiscard]] constexpr bool contains(WideCoordinate<D> const& coordinate) const {
    bool inside = true;
    SPARSECONV_UNROLL
    for (std::size_t field = 0; field < fields_of<D>; ++field) {
      inside &= coordinate[field] >= box_.low[field] && coordinate[field] <= box_.high[field];
    }
    return inside;
  }

  /// The key of a coordinate inside the box.
  [[nodiscard]] constexpr Key key(WideCoordinate<D> const& coordinate) const {
    Key packed{0};
    SPARSECONV_UNROLL
    for (std::size_t field = 0; field < fields_of<D>; ++field) {
      packed = packed | (Key{span(box_.low[field], coordinate[field])} << shift_[field]);
    }
    return packed;
  }

  /// Those cells of the box that lie on one line along the last axis: the cells `low` to `high` of it, or none.
  struct Line {
    Key first{0};  ///< the key of cell `low`
    std::int64_t low = 1;
    std::int64_t high = 0;

    [[nodiscard]] constexpr bool contains(std::int64_t last) const { return last >= low && last <= high; }
    /// The key of a cell that it contains: the last axis has the lowest bits.
    [[nodiscard]] constexpr Key key(std::int64_t last) const { return first + Key{span(low, last)}; }
  };

  /// The line through a coordinate, whose last field does not matter.
  [[nodiscard]] constexpr Line line(WideCoordinate<D> const& through) const {
    Line line;
    bool inside = true;
    SPARSECONV_UNROLL
    for (std::size_t field = 0; field < static_cast<std::size_t>(D); ++field) {
      inside &= through[field] >= box_.low[field] && through[field] <= box_.high[field];
      line.first = line.first | (Key{span(box_.low[field], through[field])} << shift_[field]);  // outside: anything
    }
    if (inside) {
      line.low = box_.low[D];
      line.high = box_.high[D];
    }
    return line;
  }

  /// What to add to the key of a coordinate to get that of its neighbour; both must lie in the box.
  [[nodiscard]] constexpr Key offset_key(WideCoordinate<D> const& offset) const {
    Key packed{0};
    SPARSECONV_UNROLL
    for (std::size_t field = 0; field < fields_of<D>; ++field) {
      if (offset[field] >= 0) {
        packed = packed + (Key{static_cast<std::uint64_t>(offset[field])} << shift_[field]);
      } else {
        packed = packed - (Key{span(offset[field], 0)} << shift_[field]);
      }
    }
    return packed;
  }

  /// The coordinate whose key this is.
  [[nodiscard]] constexpr WideCoordinate<D> coordinate(Key key) const {
    WideCoordinate<D> unpacked{};
    SPARSECONV_UNROLL
    for (std::size_t field = 0; field < fields_of<D>; ++field) {
      std::uint64_t const relative = low_bits(key >> shift_[field]) & mask_[field];
      unpacked[field] = static_cast<std::int64_t>(static_cast<std::uint64_t>(box_.low[field]) + relative);
    }
    return unpacked;
  }

 private:
  // high - low, which 64 bits hold wherever the two are, if no sign is kept; of numbers in the wrong order it wraps.
  static constexpr std::uint64_t span(std::int64_t low, std::int64_t high) {
    return static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  }

  static constexpr int field_bits(Box<D> const& box, std::size_t field) {
    if (box.empty()) return 0;
    return bit_length(span(box.low[field], box.high[field]));
  }

  Box<D> box_{};
  std::array<int, static_cast<std::size_t>(D) + 1> shift_{};
  std::array<std::uint64_t, static_cast<std::size_t>(D) + 1> mask_{};  // of a field's width, not shifted
  int bits_ = 0;
};

/// Whether the keys of a box fit a type. Its largest value is never a key, so that it can end a list of them.
template <class Key, int D>
constexpr bool fits_keys(Box<D> const& box) {
  return KeyPacking<D, Key>::bits_needed(box) < static_cast<int>(8 * sizeof(Key));
}

/// Calls body with the narrowest packing that holds the box: KeyPacking<D, std::uint64_t>, else KeyPacking<D, WideKey>.
///
/// Throws: CapacityError if the box needs more than 127 bits.
template <int D, class Body>
decltype(auto) with_key_packing(Box<D> const& box, std::string_view call, Body&& body) {
  if (fits_keys<std::uint64_t>(box)) return body(KeyPacking<D, std::uint64_t>(box));
  if (fits_keys<WideKey>(box)) return body(KeyPacking<D, WideKey>(box));
  throw CapacityError({call, ": the sites span a box whose coordinates need ", KeyPacking<D, WideKey>::bits_needed(box),
                       " bits, keys have 127; split the sites into parts that lie closer together"});
}

}  // namespace sparseconv::inline v0_1

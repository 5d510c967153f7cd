#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "sparseconv/config.hpp"
#include "sparseconv/tensor/coordinate.hpp"

namespace sparseconv::inline v0_1 {

/// A coordinate before it is known to fit 32 bits; index 0 is the batch item, index 1 + a is axis a.
template <int D>
using WideCoordinate = std::array<std::int64_t, static_cast<std::size_t>(D) + 1>;

/// How many fields it has.
template <int D>
inline constexpr std::size_t fields_of = static_cast<std::size_t>(D) + 1;

/// A coordinate in 64 bits.
template <int D>
constexpr WideCoordinate<D> widen(Coordinate<D> const& coordinate) {
  WideCoordinate<D> wide;
  wide[0] = coordinate.batch;
  SPARSECONV_UNROLL
  for (std::size_t axis = 0; axis < static_cast<std::size_t>(D); ++axis) wide[axis + 1] = coordinate.position[axis];
  return wide;
}

/// The coordinate that widen() made wide, or another whose positions fit.
template <int D>
constexpr Coordinate<D> cut(WideCoordinate<D> const& wide) {
  Coordinate<D> coordinate;
  coordinate.batch = static_cast<std::int32_t>(wide[0]);
  SPARSECONV_UNROLL
  for (std::size_t axis = 0; axis < static_cast<std::size_t>(D); ++axis) {
    coordinate.position[axis] = static_cast<std::int32_t>(wide[axis + 1]);
  }
  return coordinate;
}

/// The smallest box around some coordinates, both corners inside. Without coordinates low > high.
template <int D>
struct Box {
  WideCoordinate<D> low = filled(std::numeric_limits<std::int64_t>::max());
  WideCoordinate<D> high = filled(std::numeric_limits<std::int64_t>::min());

  [[nodiscard]] constexpr bool empty() const { return low[0] > high[0]; }

  constexpr void include(WideCoordinate<D> const& coordinate) {
    SPARSECONV_UNROLL
    for (std::size_t field = 0; field < fields_of<D>; ++field) {
      low[field] = std::min(low[field], coordinate[field]);
      high[field] = std::max(high[field], coordinate[field]);
    }
  }

  constexpr void include(Box const& other) {
    if (other.empty()) return;
    include(other.low);
    include(other.high);
  }

 private:
  static constexpr WideCoordinate<D> filled(std::int64_t value) {
    WideCoordinate<D> all{};
    all.fill(value);
    return all;
  }
};

}  // namespace sparseconv::inline v0_1

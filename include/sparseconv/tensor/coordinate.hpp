#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/primitive/device_words.hpp"

namespace sparseconv::inline v0_1 {

/// Where a site is: its batch item, then one integer for each axis, slowest axis first (z, y, x).
///
/// Units: grid cells. Order: by batch, then axis 0, 1, ...; a list in this order without repeats is *canonical*.
template <int D>
requires(D >= 1) struct Coordinate {
  std::int32_t batch = 0;                                            ///< item of the batch, from 0 on
  std::array<std::int32_t, static_cast<std::size_t>(D)> position{};  ///< a cell for each axis, slowest axis first

  friend constexpr bool operator==(Coordinate const& a, Coordinate const& b) {
    return a.batch == b.batch && same_numbers(a.position, b.position);
  }
  // Not auto: arrays of some standard libraries have no <=>, and < then does.
  friend constexpr std::strong_ordering operator<=>(Coordinate const&, Coordinate const&) = default;
};

/// "(batch 0; 1, 2)", as messages print it.
template <int D>
SPARSECONV_COLD std::string to_string(Coordinate<D> const& coordinate) {
  return error_message({"(batch ", coordinate.batch, "; ", joined_integers(coordinate.position, ", "), ")"});
}

}  // namespace sparseconv::inline v0_1

#pragma once

#include <algorithm>
#include <cstdint>

#include "sparseconv/io/picture.hpp"

namespace drawing {

inline constexpr sparseconv::Colour background{13, 15, 21};
inline constexpr sparseconv::Colour ink{226, 230, 238};

inline void fill_rectangle(sparseconv::Picture& picture, std::int64_t x, std::int64_t y, std::int64_t width,
                           std::int64_t height, sparseconv::Colour colour) {
  for (std::int64_t pixel = 0; pixel < width * height; ++pixel) {
    picture.set(x + pixel % width, y + pixel / width, colour);
  }
}

/// Puts two pictures beside each other, their tops level, with a thin gap between them.
inline sparseconv::Picture side_by_side(sparseconv::Picture const& left, sparseconv::Picture const& right) {
  constexpr std::int64_t gap = 6;
  sparseconv::Picture both(left.width() + gap + right.width(), std::max(left.height(), right.height()), ink);
  auto const paste = [&both](sparseconv::Picture const& picture, std::int64_t x_begin) {
    for (std::int64_t y = 0; y < picture.height(); ++y) {
      for (std::int64_t x = 0; x < picture.width(); ++x) {
        both.set(x_begin + x, y, picture.at(x, y));
      }
    }
  };
  paste(left, 0);
  paste(right, left.width() + gap);
  return both;
}

}  // namespace drawing

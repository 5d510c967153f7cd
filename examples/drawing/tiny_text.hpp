#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sparseconv/io/picture.hpp"

namespace drawing {

/// Writes digits, "m" and spaces, three cells wide and five high, its top left corner at (x, y); other letters stay
/// blank.
inline void write_tiny_text(sparseconv::Picture& picture, std::int64_t x, std::int64_t y, std::string_view text,
                            sparseconv::Colour colour, std::int64_t pixels_per_cell) {
  constexpr std::string_view letters = "0123456789m";
  // Three bits a row, top row first.
  constexpr std::uint16_t glyphs[] = {0b111'101'101'101'111, 0b010'110'010'010'111, 0b111'001'111'100'111,
                                      0b111'001'111'001'111, 0b101'101'111'001'001, 0b111'100'111'001'111,
                                      0b111'100'111'101'111, 0b111'001'010'010'010, 0b111'101'111'101'111,
                                      0b111'101'111'001'111, 0b000'000'111'111'101};
  for (char const letter : text) {
    const std::size_t found = letters.find(letter);
    for (std::int64_t cell = 0; found != std::string_view::npos && cell < 15; ++cell) {
      if ((glyphs[found] >> (14 - cell) & 1) == 0) {
        continue;
      }
      for (std::int64_t pixel = 0; pixel < pixels_per_cell * pixels_per_cell; ++pixel) {
        picture.set(x + cell % 3 * pixels_per_cell + pixel % pixels_per_cell,
                    y + cell / 3 * pixels_per_cell + pixel / pixels_per_cell, colour);
      }
    }
    x += 4 * pixels_per_cell;
  }
}

}  // namespace drawing

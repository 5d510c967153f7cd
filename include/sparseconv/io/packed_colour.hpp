#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "sparseconv/number/scalar_loader.hpp"
#include "sparseconv/weights/number_text.hpp"

namespace sparseconv::inline v0_1 {

/// One part of a colour that is packed into 32 bits as 0xAARRGGBB; `byte` counts from the lowest.
struct ColourPart {
  std::string_view name;
  std::size_t byte;
};

/// The parts in the order of their columns. A field "rgb" has the first three, "rgba" all.
inline constexpr std::array<ColourPart, 4> colour_parts = {{{"red", 2}, {"green", 1}, {"blue", 0}, {"alpha", 3}}};

/// How many parts a field has: 3 or 4 if it is a packed colour, a number of 4 bytes called "rgb" or "rgba"; else 0.
[[nodiscard]] constexpr std::size_t count_colour_parts(std::string_view name, ScalarType type) noexcept {
  if (size_of(type) != 4) return 0;
  return name == "rgb" || name == "RGB" ? 3 : name == "rgba" || name == "RGBA" ? 4 : 0;
}

/// Reads a packed colour as a text writes it, and writes its first `parts` parts, 0 to 255 each, to `to`. False if it is
/// none.
///
/// An integer is the 32 bits themselves. A float has them as its own bits; what is written as "nan" has lost them, so its
/// parts are NaN.
[[nodiscard]] inline bool parse_packed_colour(std::string_view word, ScalarType type, std::size_t parts, float* to) {
  std::uint32_t bits = 0;
  if (type == ScalarType::float32) {
    const std::optional<float> number = parse_number(word);
    if (!number) return false;
    if (std::isnan(*number)) {
      for (std::size_t i = 0; i < parts; ++i) to[i] = std::numeric_limits<float>::quiet_NaN();
      return true;
    }
    bits = std::bit_cast<std::uint32_t>(*number);
  } else {
    std::optional<std::int64_t> number = parse_exactly<std::int64_t>(word);
    if (!number) {
      // A whole number as some writers put it, "16711680.0" or "1.671168e+07".
      const std::optional<double> real = parse_exactly<double>(word);
      if (real && std::trunc(*real) == *real && std::abs(*real) < 0x1p40) number = static_cast<std::int64_t>(*real);
    }
    std::int64_t const least = type == ScalarType::int32 ? std::numeric_limits<std::int32_t>::min() : 0;
    if (!number || *number < least || *number > std::numeric_limits<std::uint32_t>::max()) return false;
    bits = static_cast<std::uint32_t>(*number);
  }
  for (std::size_t i = 0; i < parts; ++i) to[i] = static_cast<float>((bits >> (8 * colour_parts[i].byte)) & 0xff);
  return true;
}

}  // namespace sparseconv::inline v0_1

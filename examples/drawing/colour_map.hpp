#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sparseconv/io/picture.hpp"

namespace drawing {

/// The colour `share` of the way from one colour to another.
inline sparseconv::Colour blend(sparseconv::Colour from, sparseconv::Colour to, double share) {
  auto const channel = [share](int a, int b) { return static_cast<std::uint8_t>(std::lround(a + share * (b - a))); };
  return {channel(from.red, to.red), channel(from.green, to.green), channel(from.blue, to.blue)};
}

/// A colour for each number from 0 to 1, straight between control points that lie at equal distances.
class ColourMap {
 public:
  /// The control points, two at least, must outlive the map.
  explicit constexpr ColourMap(std::span<const sparseconv::Colour> controls) : controls_(controls) {}

  /// Numbers beyond 0 and 1 get the colours of the ends.
  sparseconv::Colour operator()(double value) const {
    double const place = std::clamp(value, 0.0, 1.0) * static_cast<double>(controls_.size() - 1);
    const std::size_t i = std::min(static_cast<std::size_t>(place), controls_.size() - 2);
    return blend(controls_[i], controls_[i + 1], place - static_cast<double>(i));
  }

 private:
  std::span<const sparseconv::Colour> controls_;
};

/// Heights above the ground: the ground itself stays dim, so that what stands on it is seen.
inline constexpr sparseconv::Colour height_controls[] = {{80, 96, 138},  {40, 120, 142}, {34, 168, 132}, {122, 209, 81},
                                                         {214, 226, 60}, {253, 190, 80}, {255, 150, 110}};
inline constexpr ColourMap height_colours{height_controls};

/// Responses: from violet over red and orange to pale yellow, the brighter the stronger (after matplotlib's inferno).
inline constexpr sparseconv::Colour response_controls[] = {{30, 20, 62},   {58, 14, 98},   {101, 21, 110},
                                                           {145, 37, 104}, {186, 54, 85},  {227, 89, 51},
                                                           {249, 140, 10}, {249, 201, 50}, {252, 255, 164}};
inline constexpr ColourMap response_colours{response_controls};

}  // namespace drawing

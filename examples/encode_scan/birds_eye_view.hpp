#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drawing/colour_map.hpp"
#include "drawing/panels.hpp"
#include "drawing/tiny_text.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/io/picture.hpp"
#include "sparseconv/points/point_cloud.hpp"

/// Pictures of a scan and of a network's answer to it, seen from above: x points right, y up.
namespace encode_scan {

using drawing::background;
using drawing::fill_rectangle;
using drawing::ink;

/// The piece of ground that a picture shows, in metres.
struct GroundWindow {
  double x_min = -40;
  double y_min = -40;
  double x_max = 40;
  double y_max = 40;
  double pixels_per_metre = 10;

  std::int64_t width() const { return std::llround((x_max - x_min) * pixels_per_metre); }
  std::int64_t height() const { return std::llround((y_max - y_min) * pixels_per_metre); }

  /// Whether the window shows (x, y); false if either is NaN.
  bool contains(double x, double y) const { return x >= x_min && x < x_max && y >= y_min && y < y_max; }

  /// The pixel of a place in the window.
  std::int64_t column(double x) const { return static_cast<std::int64_t>((x - x_min) * pixels_per_metre); }
  std::int64_t row(double y) const { return height() - 1 - static_cast<std::int64_t>((y - y_min) * pixels_per_metre); }
};

/// Draws an arrowhead where the scanner stands, pointing along x, and a bar of 10 m in the lower left corner.
inline void add_scale(sparseconv::Picture& picture, GroundWindow const& window) {
  constexpr std::int64_t arrow = 8;
  for (std::int64_t i = 0; i < 2 * arrow && window.contains(0, 0); ++i) {
    const std::int64_t half = (2 * arrow - i) / 2;
    fill_rectangle(picture, window.column(0) - arrow + i, window.row(0) - half, 1, 2 * half + 1, ink);
  }
  const std::int64_t length = std::llround(10 * window.pixels_per_metre);
  const std::int64_t x = 20;
  const std::int64_t y = picture.height() - 24;
  fill_rectangle(picture, x, y, length, 2, ink);
  fill_rectangle(picture, x, y - 4, 2, 10, ink);
  fill_rectangle(picture, x + length - 2, y - 4, 2, 10, ink);
  drawing::write_tiny_text(picture, x + length / 2 - 20, y - 22, "10 m", ink, 3);
}

/// Where a point of a cloud lies.
inline std::array<double, 3> place_of(sparseconv::PointCloud const& points, std::int64_t i) {
  auto const row = points.row(i);
  return {points.offset[0] + double{row[0]}, points.offset[1] + double{row[1]}, points.offset[2] + double{row[2]}};
}

/// The columns of a cloud that hold its colours: red, green, blue, or r, g, b, in letters of any size.
struct ColourColumns {
  std::array<std::size_t, 3> columns{};
  double scale = 1;  ///< to 0 to 255: parts from 0 to 1 are larger then
};

/// Finds the colours of a cloud; nothing if it has none.
inline std::optional<ColourColumns> find_colours(sparseconv::PointCloud const& points) {
  constexpr std::array<std::string_view, 3> words = {"red", "green", "blue"};
  ColourColumns found;
  std::size_t parts = 0;
  for (std::size_t part = 0; part < 3; ++part)
    for (std::size_t column = 3; column < points.names.size() && parts == part; ++column) {
      std::string name = points.names[column];
      for (char& c : name)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
      if (name != words[part] && name != words[part].substr(0, 1)) continue;
      found.columns[part] = column;
      ++parts;
    }
  if (parts < 3) return std::nullopt;
  float brightest = 0;
  for (std::int64_t i = 0; i < points.size(); ++i)
    for (std::size_t const column : found.columns) brightest = std::max(brightest, points.row(i)[column]);
  if (brightest <= 1) found.scale = 255;
  if (brightest > 255) found.scale = 255.0 / 65535;  // of 16 bits, as surveyors have them
  return found;
}

/// The colour of a point; a part that is no number is 0.
inline sparseconv::Colour colour_of(std::span<float const> point, ColourColumns const& colours) {
  auto const part = [&](std::size_t i) {
    double const value = double{point[colours.columns[i]]} * colours.scale;
    return value > 0 ? static_cast<std::uint8_t>(std::min(value, 255.0)) : std::uint8_t{0};
  };
  return {part(0), part(1), part(2)};
}

/// Draws the points from above, in their own colours, or, where they have none, coloured by their height over the ground; where some
/// lie over others, the highest is seen.
///
/// Shapes:  points with columns x, y, z first; picture window.width() x window.height().
/// Units:   metres; the ground lies at z = ground.
inline sparseconv::Picture scan_view(sparseconv::PointCloud const& points, GroundWindow const& window = {},
                                     double ground = -1.73) {
  constexpr double brightest_height = 3;
  constexpr double object_height = 0.3;
  std::vector<std::int64_t> from_below;
  for (std::int64_t i = 0; i < points.size(); ++i) {
    auto const point = place_of(points, i);
    if (window.contains(point[0], point[1]) && std::isfinite(point[2])) {
      from_below.push_back(i);
    }
  }
  std::ranges::stable_sort(from_below, {}, [&](std::int64_t i) { return points.row(i)[2]; });

  std::optional<ColourColumns> const colours = find_colours(points);
  sparseconv::Picture picture(window.width(), window.height(), background);
  for (const std::int64_t i : from_below) {
    auto const point = place_of(points, i);
    double const height = point[2] - ground;
    const std::int64_t size = height > object_height ? 2 : 1;
    fill_rectangle(picture, window.column(point[0]), window.row(point[1]), size, size,
                   colours ? colour_of(points.row(i), *colours) : drawing::height_colours(height / brightest_height));
  }
  add_scale(picture, window);
  return picture;
}

/// Draws a map of responses as a heat map in the same place, scale and orientation as `scan_view` draws the scan.
///
/// Zero, negative and NaN are background; the brightest colour is that of the 99th percentile of the other responses, and
/// colours go by the square root, so that weak responses are seen beside strong ones.
///
/// Shapes:  responses rows x columns, row-major: row along y and column along x, cell (0, 0) at (x_min, y_min).
/// Units:   metres; a cell is cell_width along x and cell_height along y.
/// Throws:  ShapeError if there are not rows * columns responses, or a cell's size is not above 0.
inline sparseconv::Picture response_view(std::span<float const> responses, std::int64_t rows, std::int64_t columns,
                                         double cell_width, double cell_height, GroundWindow const& window = {}) {
  if (rows < 0 || columns < 0 || static_cast<std::int64_t>(responses.size()) != rows * columns || !(cell_width > 0) ||
      !(cell_height > 0)) {
    throw sparseconv::ShapeError("response_view: " + std::to_string(responses.size()) + " responses for " +
                                 std::to_string(rows) + " x " + std::to_string(columns) + " cells of " +
                                 std::to_string(cell_width) + " x " + std::to_string(cell_height) +
                                 " m; each cell takes one, and has a size above 0");
  }
  std::vector<float> positive;
  std::ranges::copy_if(responses, std::back_inserter(positive), [](float response) { return response > 0; });
  float brightest = 1;
  if (!positive.empty()) {
    auto const place = positive.begin() + static_cast<std::ptrdiff_t>((positive.size() - 1) * 99 / 100);
    std::ranges::nth_element(positive, place);
    brightest = *place;
  }

  sparseconv::Picture picture(window.width(), window.height(), background);
  for (std::int64_t y = 0; y < picture.height(); ++y) {
    auto const row = static_cast<std::int64_t>((static_cast<double>(y) + 0.5) / window.pixels_per_metre / cell_height);
    for (std::int64_t x = 0; x < picture.width(); ++x) {
      auto const column =
          static_cast<std::int64_t>((static_cast<double>(x) + 0.5) / window.pixels_per_metre / cell_width);
      if (row >= rows || column >= columns) {
        continue;
      }
      float const response = responses[static_cast<std::size_t>(row * columns + column)];
      if (response > 0) {
        picture.set(x, picture.height() - 1 - y, drawing::response_colours(std::sqrt(response / brightest)));
      }
    }
  }
  add_scale(picture, window);
  return picture;
}

}  // namespace encode_scan

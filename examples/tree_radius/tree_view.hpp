#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "drawing/colour_map.hpp"
#include "drawing/panels.hpp"
#include "drawing/tiny_text.hpp"
#include "sparseconv/memory/matrix_view.hpp"

namespace tree_radius {

/// Radii that the colours tell apart, in metres; their logarithm goes along the colours.
inline constexpr double thinnest_colour = 0.005;
inline constexpr double thickest_colour = 0.2;

inline sparseconv::Colour radius_colour(double radius) {
  return drawing::height_colours(std::log(radius / thinnest_colour) / std::log(thickest_colour / thinnest_colour));
}

/// How a view is cut: pixels for a metre, and metres from the middle to both sides and from the ground to the top.
struct TreeWindow {
  double pixels_per_metre;
  double half_width;
  double top;

  std::int64_t width() const { return std::llround(2 * half_width * pixels_per_metre) + 1; }
  std::int64_t height() const { return std::llround(top * pixels_per_metre) + 1; }
};

/// A window about positions x, y, z, of the given height in pixels; never wider than twice as much.
inline TreeWindow window_about(sparseconv::MatrixView<float const> positions, std::int64_t pixels) {
  double half_width = 0.2;
  double top = 0.2;
  for (std::int64_t row = 0; row < positions.rows; ++row) {
    half_width = std::max(half_width, std::abs(double{positions.row(row)[0]}));
    top = std::max(top, double{positions.row(row)[1]});
  }
  double const side = static_cast<double>(pixels);
  return {std::min(side / top, side / half_width), half_width, top};
}

/// Draws squares of a voxel's size from the side, x to the right and y up, coloured by radius; the nearest (the largest z) are seen.
///
/// Shapes: positions N x 3 or more columns, x, y, z first; radii N. Units: metres.
inline sparseconv::Picture side_view(sparseconv::MatrixView<float const> positions, std::span<float const> radii,
                                     double voxel_size, TreeWindow const& window) {
  std::vector<std::int64_t> from_far(static_cast<std::size_t>(positions.rows));
  for (std::size_t i = 0; i < from_far.size(); ++i) from_far[i] = static_cast<std::int64_t>(i);
  std::ranges::stable_sort(from_far, {}, [&](std::int64_t row) { return positions.row(row)[2]; });

  sparseconv::Picture picture(window.width(), window.height(), drawing::background);
  auto const side =
      std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(voxel_size * window.pixels_per_metre)));
  for (std::int64_t const row : from_far) {
    float const* const position = positions.row_data(row);
    auto const x = std::llround((double{position[0]} + window.half_width) * window.pixels_per_metre);
    auto const y = window.height() - 1 - std::llround(double{position[1]} * window.pixels_per_metre);
    drawing::fill_rectangle(picture, x - side / 2, y - side / 2, side, side,
                            radius_colour(double{radii[static_cast<std::size_t>(row)]}));
  }
  return picture;
}

/// The same picture above a bar that tells which colour is which radius.
inline sparseconv::Picture with_legend(sparseconv::Picture const& picture) {
  constexpr std::int64_t strip = 60;
  constexpr std::array<int, 6> labels{5, 10, 20, 50, 100, 200};  // millimetres
  sparseconv::Picture whole(std::max<std::int64_t>(picture.width(), 360), picture.height() + strip,
                            drawing::background);
  for (std::int64_t y = 0; y < picture.height(); ++y) {
    for (std::int64_t x = 0; x < picture.width(); ++x) whole.set(x, y, picture.at(x, y));
  }
  std::int64_t const left = 20;
  std::int64_t const length = std::min<std::int64_t>(whole.width() - 2 * left - 40, 600);
  double const decades = std::log(thickest_colour / thinnest_colour);
  std::int64_t const top = picture.height() + 14;
  for (std::int64_t x = 0; x < length; ++x) {
    double const share = static_cast<double>(x) / static_cast<double>(length - 1);
    drawing::fill_rectangle(whole, left + x, top, 1, 14, radius_colour(thinnest_colour * std::exp(share * decades)));
  }
  for (int const label : labels) {
    double const share = std::log(label * 1e-3 / thinnest_colour) / decades;
    auto const x = left + std::llround(share * static_cast<double>(length - 1));
    drawing::fill_rectangle(whole, x, top, 1, 18, drawing::ink);
    std::string const text = std::to_string(label) + (label == labels.back() ? " mm" : "");
    drawing::write_tiny_text(whole, x - 4, top + 22, text, drawing::ink, 2);
  }
  return whole;
}

}  // namespace tree_radius

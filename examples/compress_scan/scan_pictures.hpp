#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "compress_scan/encode_sites.hpp"
#include "drawing/colour_map.hpp"
#include "drawing/panels.hpp"
#include "drawing/tiny_text.hpp"
#include "encode_scan/birds_eye_view.hpp"
#include "sparseconv/io/picture.hpp"
#include "sparseconv/points/point_cloud.hpp"

namespace compress_scan {

/// The ground that the pictures show, in metres.
inline constexpr encode_scan::GroundWindow picture_window{
    .x_min = -25, .y_min = -35, .x_max = 25, .y_max = 35, .pixels_per_metre = 9};

/// A bar for each level, from the top of the octree down, as long as its occupancies take bits, which stand above it.
inline sparseconv::Picture level_bars(std::span<LevelReport const> levels, std::int64_t height) {
  constexpr std::int64_t width = 260;
  constexpr std::int64_t margin = 20;
  sparseconv::Picture picture(width, height, drawing::background);
  std::int64_t most = 1;
  for (LevelReport const& level : levels) most = std::max(most, level.bits);
  std::int64_t const pitch =
      (height - 2 * margin) / std::max<std::int64_t>(static_cast<std::int64_t>(levels.size()), 1);
  std::int64_t const thickness = std::min<std::int64_t>(pitch - 16, 26);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    std::int64_t const top = margin + static_cast<std::int64_t>(i) * pitch;
    std::int64_t const length = std::max<std::int64_t>((width - 2 * margin) * levels[i].bits / most, 1);
    double const share = (static_cast<double>(i) + 1) / static_cast<double>(levels.size());
    drawing::fill_rectangle(picture, margin, top + 14, length, thickness, drawing::response_colours(0.3 + 0.6 * share));
    drawing::write_tiny_text(picture, margin, top, std::to_string(levels[i].bits), drawing::ink, 2);
  }
  return picture;
}

/// The scan from above, the bits of each level, and the positions that were decoded, x, y, z of each.
inline sparseconv::Picture scan_and_levels(sparseconv::PointCloud const& scan, std::span<LevelReport const> levels,
                                           std::vector<float> decoded) {
  sparseconv::PointCloud const sites{.columns = 3, .values = std::move(decoded)};
  auto const left = encode_scan::scan_view(scan, picture_window);
  return drawing::side_by_side(drawing::side_by_side(left, level_bars(levels, left.height())),
                               encode_scan::scan_view(sites, picture_window));
}

}  // namespace compress_scan

#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "sparseconv/points/point_cloud.hpp"

namespace scan_input {

/// Where a point of a cloud lies, in metres.
inline std::array<double, 3> place_of(sparseconv::PointCloud const& cloud, std::int64_t point) {
  std::array<double, 3> place{};
  for (std::size_t axis = 0; axis < 3; ++axis) place[axis] = cloud.offset[axis] + double{cloud.row(point)[axis]};
  return place;
}

/// The least and the largest place of points along x, y and z.
struct Extent {
  std::array<double, 3> least;
  std::array<double, 3> most;
};

/// What is further from 0 along an axis is no place that anybody measured.
inline constexpr double furthest = 1e10;

/// The extent of the points that lie within `furthest` of 0 along all axes; nothing if there is none. A point of which one number is
/// none, or beyond, has no place, so its other numbers do not count either.
inline std::optional<Extent> extent_of_points(sparseconv::PointCloud const& cloud) {
  std::optional<Extent> extent;
  for (std::int64_t i = 0; i < cloud.size(); ++i) {
    std::array<double, 3> const place = place_of(cloud, i);
    if (!std::all_of(place.begin(), place.end(), [](double at) { return std::abs(at) <= furthest; })) continue;
    if (!extent) extent = {place, place};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      extent->least[axis] = std::min(extent->least[axis], place[axis]);
      extent->most[axis] = std::max(extent->most[axis], place[axis]);
    }
  }
  return extent;
}

}  // namespace scan_input

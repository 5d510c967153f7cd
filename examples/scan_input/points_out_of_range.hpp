#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "scan_input/extent_of_points.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/points/point_cloud.hpp"
#include "sparseconv/points/voxel_grid.hpp"
#include "sparseconv/points/voxelized_points.hpp"

namespace scan_input {

/// How many points of a cloud lie in a box.
inline std::int64_t count_inside(sparseconv::PointCloud const& cloud, std::array<double, 3> const& low,
                                 std::array<double, 3> const& high) {
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < cloud.size(); ++i) {
    bool inside = true;
    std::array<double, 3> const place = place_of(cloud, i);
    for (std::size_t axis = 0; axis < 3; ++axis)
      inside = inside && place[axis] >= low[axis] && place[axis] < high[axis];
    count += inside ? 1 : 0;
  }
  return count;
}

/// A warning, if most points lie outside the grid that they were voxelized by, which says where they lie, and whether the range
/// seems to be in the order z, y, x; else nothing.
inline std::string warn_of_range(sparseconv::PointCloud const& cloud, sparseconv::VoxelGrid const& grid,
                                 sparseconv::DroppedPoints const& dropped) {
  if (2 * dropped.out_of_range <= cloud.size()) return {};
  auto const box = [](std::array<double, 3> const& low, std::array<double, 3> const& high) {
    auto const rounded = [](double metres) { return std::round(metres * 1000) / 1000; };  // for people
    std::string text;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      text += sparseconv::error_message(
          {axis == 0 ? "" : ", ", std::string(1, "xyz"[axis]), " ", rounded(low[axis]), " to ", rounded(high[axis])});
    }
    return text;
  };
  std::optional<Extent> const extent = extent_of_points(cloud);
  std::string text = sparseconv::error_message(
      {"warning: ", dropped.out_of_range, " of ", cloud.size(), " points lie outside the range ",
       box(grid.low, grid.high), extent ? "; they lie in " + box(extent->least, extent->most) : std::string(),
       ". --range is X0,Y0,Z0,X1,Y1,Z1"});
  std::int64_t const turned =
      count_inside(cloud, {grid.low[2], grid.low[1], grid.low[0]}, {grid.high[2], grid.high[1], grid.high[0]});
  if (2 * turned > cloud.size()) {
    text +=
        sparseconv::error_message({"; it seems to be in the order z, y, x: turned round it has ", turned, " points"});
  }
  return text;
}

}  // namespace scan_input

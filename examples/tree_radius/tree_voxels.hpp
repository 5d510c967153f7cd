#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "sparseconv/error.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/points/voxelize.hpp"

namespace tree_radius {

/// Which axis of a scan points up.
enum class Up { y, z };

/// Where a scan stood before it was put upright: what places the network's answers in the scan again.
struct Placing {
  Up up = Up::z;
  std::array<double, 3> origin = {};  ///< of the network's frame, in the scan's axes and metres
};

/// A scan in the frame in which the network was trained: y up from the lowest point, x and z from the middle of the scan's box.
struct UprightScan {
  sparseconv::PointCloud points;
  Placing placing;
  sparseconv::VoxelGrid grid;  ///< around the points
};

/// A place or a direction of the network's frame along the scan's axes.
inline std::array<float, 3> along_scan(std::array<float, 3> const& way, Up up) {
  return up == Up::y ? way : std::array<float, 3>{way[0], -way[2], way[1]};
}

/// Puts a scan upright. Points with a number that is not finite are kept, for voxelize to drop and count.
///
/// Shapes: columns x, y, z first; so in the result.
/// Throws: ShapeError if there are fewer than 3 columns, or no point is finite.
inline UprightScan put_upright(sparseconv::PointCloud points, Up up, double voxel_size) {
  if (points.columns < 3) {
    throw sparseconv::ShapeError(
        {"tree_radius: the scan has ", points.columns, " columns; it needs x, y and z at least"});
  }
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::array<double, 3> low{infinity, infinity, infinity};
  std::array<double, 3> high{-infinity, -infinity, -infinity};
  for (std::int64_t i = 0; i < points.size(); ++i) {
    auto const point = points.row(i);
    if (up == Up::z) {  // x stays, z becomes y
      float const y = point[1];
      point[1] = point[2];
      point[2] = -y;
    }
    if (!std::isfinite(point[0]) || !std::isfinite(point[1]) || !std::isfinite(point[2])) continue;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      low[axis] = std::min(low[axis], double{point[axis]});
      high[axis] = std::max(high[axis], double{point[axis]});
    }
  }
  if (!(low[0] <= high[0])) {
    throw sparseconv::ShapeError(
        "tree_radius: the scan has no point whose x, y and z are finite numbers; give another");
  }
  std::array<double, 3> const origin{(low[0] + high[0]) / 2, low[1], (low[2] + high[2]) / 2};
  UprightScan scan{.points = {}, .placing = {.up = up}, .grid = {}};
  for (std::int64_t i = 0; i < points.size(); ++i) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      float& along = points.row(i)[axis];
      along = static_cast<float>(double{along} - origin[axis]);
    }
  }
  for (std::size_t axis = 0; axis < 3; ++axis) {
    scan.grid.voxel_size[axis] = static_cast<float>(voxel_size);
    scan.grid.low[axis] = low[axis] - origin[axis];
    scan.grid.high[axis] = high[axis] - origin[axis] + voxel_size;  // the last point inside
  }
  scan.placing.origin = up == Up::y ? origin : std::array<double, 3>{origin[0], -origin[2], origin[1]};
  for (std::size_t axis = 0; axis < 3; ++axis) scan.placing.origin[axis] += std::exchange(points.offset[axis], 0);
  scan.points = std::move(points);
  return scan;
}

/// The voxels' mean positions alone, which is what the network takes.
inline sparseconv::SparseTensor<float, 3> positions(sparseconv::SparseTensor<float, 3> const& voxels) {
  sparseconv::Buffer<float> numbers(3 * voxels.size());
  for (std::int64_t row = 0; row < voxels.size(); ++row)
    std::copy_n(voxels.features().row_data(row), 3, numbers.data() + 3 * row);
  return {voxels.sites(), 3, std::move(numbers)};
}

}  // namespace tree_radius

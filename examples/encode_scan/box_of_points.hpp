#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "scan_input/extent_of_points.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/points/point_cloud.hpp"
#include "sparseconv/points/voxel_grid.hpp"

namespace encode_scan {

/// The least extents of the box along x, y and z, in voxels: what the network makes 8 times, and 16 times, coarser.
inline constexpr std::array<std::int64_t, 3> least_voxels = {8, 8, 40};

/// The most voxels along x and along y of which a picture is drawn.
inline constexpr std::int64_t most_voxels = 65536;

/// A length without the digits that a float adds to it, so that people can read it.
inline double in_micrometres(double metres) {
  return std::round(metres * 1e6) / 1e6;
}

/// A grid with the voxels of `grid`, over the extent of the points (scan_input::extent_of_points), in whole voxels.
///
/// Throws: ShapeError if no point has a place, or the box is more than most_voxels long.
inline sparseconv::VoxelGrid over_box_of(sparseconv::PointCloud const& cloud, sparseconv::VoxelGrid grid) {
  std::optional<scan_input::Extent> const extent = scan_input::extent_of_points(cloud);
  if (!extent)
    throw sparseconv::ShapeError("encode_scan: the scan has no finite point to take the range from; give --range");
  for (std::size_t axis = 0; axis < 3; ++axis) {
    double const size = in_micrometres(double{grid.voxel_size[axis]});
    if (!(size > 0)) continue;  // voxelize says what is wrong with it
    // A point that lies on the side of a voxel, but for rounding, has another voxel beyond it.
    constexpr double margin = 1e-3;
    grid.low[axis] = in_micrometres(std::floor(extent->least[axis] / size - margin) * size);
    double const voxels = std::max(std::floor((extent->most[axis] - grid.low[axis]) / size + margin) + 1,
                                   static_cast<double>(least_voxels[axis]));
    if (voxels > static_cast<double>(most_voxels))
      throw sparseconv::ShapeError({"encode_scan: along ", "xyz"[axis], " the points go from ", extent->least[axis],
                                    " to ", extent->most[axis], ", which is more than ", most_voxels, " voxels of ",
                                    grid.voxel_size[axis], "; give --range, or larger voxels by --voxel"});
    grid.high[axis] = in_micrometres(grid.low[axis] + voxels * size);
  }
  return grid;
}

}  // namespace encode_scan

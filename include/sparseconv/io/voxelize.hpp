#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/io/point_cloud.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/build_site_set.hpp"
#include "sparseconv/tensor/point_features.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv {

/// How space is cut into voxels. Order of the arrays: x, y, z, as points have it; the tensor's axes are z, y, x.
///
/// Units: metres, or whatever the points are in.
struct VoxelGrid {
  std::array<float, 3> voxel_size;
  std::array<float, 3> low;       ///< the corner of voxel (0, 0, 0)
  std::array<float, 3> high;      ///< the opposite corner; (high - low) / voxel_size is rounded to a whole number
  std::int32_t extra_slices = 0;  ///< empty z slices on top: SECOND's encoder takes one
};

/// Bounds that a real-time system may need. What they drop is counted, see VoxelizedPoints.
struct VoxelLimits {
  std::int64_t points_per_voxel = std::numeric_limits<std::int64_t>::max();  ///< the first in the caller's order stay
  std::int64_t voxels = std::numeric_limits<std::int64_t>::max();            ///< those that points reach first stay
};

/// A point cloud as a tensor, and what became of every point.
///
/// Shapes: tensor N voxels x columns of the cloud, the mean of the voxel's points; row_of_point one row of the tensor for each
///         point, no_row for a point that was dropped.
struct VoxelizedPoints {
  SparseTensor<float, 3> tensor;
  Buffer<Row> row_of_point;
  std::int64_t not_finite = 0;             ///< points dropped because x, y or z is not a finite number
  std::int64_t out_of_range = 0;           ///< points dropped outside the grid
  std::int64_t over_points_per_voxel = 0;  ///< points dropped by VoxelLimits::points_per_voxel
  std::int64_t over_voxels = 0;            ///< points dropped by VoxelLimits::voxels

  [[nodiscard]] std::int64_t dropped() const { return not_finite + out_of_range + over_points_per_voxel + over_voxels; }
};

/// The extents z, y, x of a voxel grid, with its extra slices.
/// Throws: ShapeError if a size is not positive, a range is empty or not finite, or an extent exceeds 2^31 - 1.
inline Shape<3> voxel_shape(VoxelGrid const& grid) {
  if (grid.extra_slices < 0) {
    throw ShapeError("voxelize: extra_slices is " + std::to_string(grid.extra_slices) + "; it cannot be negative");
  }
  std::array<std::int32_t, 3> extents{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    double const extent = std::round((static_cast<double>(grid.high[axis]) - static_cast<double>(grid.low[axis])) /
                                     static_cast<double>(grid.voxel_size[axis]));
    std::int32_t const extra = axis == 2 ? grid.extra_slices : 0;
    if (!(grid.voxel_size[axis] > 0) || !(extent >= 1) || !(extent + extra <= 2147483647.0)) {
      throw ShapeError(std::string("voxelize: along ") + "xyz"[axis] + " the range " + std::to_string(grid.low[axis]) +
                       " to " + std::to_string(grid.high[axis]) + " in voxels of " +
                       std::to_string(grid.voxel_size[axis]) +
                       " is not 1 to 2^31 - 1 voxels long; correct the range or the voxel size");
    }
    extents[2 - axis] = static_cast<std::int32_t>(extent);
  }
  return {extents[0] + grid.extra_slices, extents[1], extents[2]};
}

/// Keeps the sites that points reach first, in the caller's order, until there are `most`; marks the points of the others.
inline std::int64_t drop_late_sites(PointSites<3> const& points, std::int64_t most, std::vector<bool>& dropped) {
  std::int64_t count = 0;
  if (points.sites.size() <= most) return count;
  auto const first_of = [&](Row row) { return points.points_by_site[points.first_point[row]]; };
  std::vector<Row> rows(static_cast<std::size_t>(points.sites.size()));
  for (std::size_t row = 0; row < rows.size(); ++row) rows[row] = static_cast<Row>(row);
  std::nth_element(rows.begin(), rows.begin() + most, rows.end(),
                   [&](Row a, Row b) { return first_of(a) < first_of(b); });
  for (auto row = rows.begin() + most; row != rows.end(); ++row) {
    for (Row i = points.first_point[*row]; i < points.first_point[*row + 1]; ++i, ++count) {
      dropped[static_cast<std::size_t>(points.points_by_site[i])] = true;
    }
  }
  return count;
}

/// Marks the points of each site after its first `most`, in the caller's order; none that is marked already counts.
inline std::int64_t drop_crowded_points(PointSites<3> const& points, std::int64_t most, std::vector<bool>& dropped) {
  std::int64_t count = 0;
  for (Row row = 0; row < points.sites.size(); ++row) {
    Row const end = points.first_point[row + 1];
    for (std::int64_t i = points.first_point[row] + std::min<std::int64_t>(most, end - points.first_point[row]);
         i < end; ++i) {
      auto const point = static_cast<std::size_t>(points.points_by_site[i]);
      if (!dropped[point]) ++count;
      dropped[point] = true;
    }
  }
  return count;
}

/// Sorts the points of a cloud into voxels; a voxel's features are the mean of its points' columns.
///
/// Shapes: a cloud of P points and C columns (x, y, z first) becomes N <= P voxels of C channels in batch item 0.
/// Units:  a point lies in voxel floor((p - low) / voxel_size), computed in float32.
/// Order:  waits for the result.
/// Bits:   the same for every policy; means run in the caller's order.
/// Throws: ShapeError if the grid is not valid, a limit is below 1, or the cloud has fewer than 3 columns; CapacityError for
///         2^31 points or more.
template <ExecutionPolicy Policy>
VoxelizedPoints voxelize(Policy const& where, PointCloud const& cloud, VoxelGrid const& grid,
                         VoxelLimits const& limits = {}) {
  Shape<3> const shape = voxel_shape(grid);
  if (limits.points_per_voxel < 1 || limits.voxels < 1) {
    throw ShapeError("voxelize: limits of " + std::to_string(limits.points_per_voxel) + " points a voxel and " +
                     std::to_string(limits.voxels) + " voxels; both must be at least 1");
  }
  if (cloud.columns < 3) {
    throw ShapeError("voxelize: the cloud has " + std::to_string(cloud.columns) +
                     " columns; it needs x, y and z at least");
  }
  std::int64_t const count = cloud.size();
  if (count > std::numeric_limits<Row>::max()) {
    throw CapacityError("voxelize: " + std::to_string(count) +
                        " points; rows are numbered up to 2^31 - 1, so split the cloud");
  }

  enum class Fate : std::uint8_t { kept, not_finite, out_of_range };
  // Points end where the range does, extra slices stay empty. In double, for a float does not hold every extent.
  std::array<double, 3> const end_cell{static_cast<double>(shape[2]), static_cast<double>(shape[1]),
                                       static_cast<double>(shape[0] - grid.extra_slices)};
  Buffer<Coordinate<3>> voxel_of_point(where.memory(), count);
  Buffer<Fate> fates(where.memory(), count);
  for_each_index(where, count, [&](std::int64_t point) {
    float const* const position = cloud.values.data() + point * cloud.columns;
    Fate fate = Fate::kept;
    Coordinate<3> voxel;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      float const cell = std::floor((position[axis] - grid.low[axis]) / grid.voxel_size[axis]);
      bool const inside = cell >= 0 && static_cast<double>(cell) < end_cell[axis];
      if (!std::isfinite(position[axis])) {
        fate = Fate::not_finite;
      } else if (!inside && fate == Fate::kept) {
        fate = Fate::out_of_range;
      }
      voxel.position[2 - axis] = inside ? static_cast<std::int32_t>(cell) : 0;
    }
    fates[point] = fate;
    voxel_of_point[point] = voxel;
  });

  VoxelizedPoints result;
  std::vector<Row> kept;  // indices in the cloud
  kept.reserve(static_cast<std::size_t>(count));
  for (std::int64_t point = 0; point < count; ++point) {
    if (fates[point] == Fate::kept) kept.push_back(static_cast<Row>(point));
    result.not_finite += fates[point] == Fate::not_finite;
    result.out_of_range += fates[point] == Fate::out_of_range;
  }

  auto const sites_of = [&](std::vector<Row> const& points) {
    Buffer<Coordinate<3>> coordinates(where.memory(), static_cast<std::int64_t>(points.size()));
    for_each_index(where, coordinates.size(),
                   [&](std::int64_t i) { coordinates[i] = voxel_of_point[points[static_cast<std::size_t>(i)]]; });
    return build_site_set(where, Grid<3>{.shape = shape}, coordinates);
  };
  PointSites<3> points = sites_of(kept);
  std::vector<bool> dropped(kept.size(), false);
  result.over_voxels = drop_late_sites(points, limits.voxels, dropped);
  result.over_points_per_voxel = drop_crowded_points(points, limits.points_per_voxel, dropped);
  if (result.over_voxels + result.over_points_per_voxel > 0) {
    std::vector<Row> rest;
    for (std::size_t i = 0; i < kept.size(); ++i) {
      if (!dropped[i]) rest.push_back(kept[i]);
    }
    kept = std::move(rest);
    points = sites_of(kept);
  }

  Buffer<float> features(where.memory(), static_cast<std::int64_t>(kept.size()) * cloud.columns);
  result.row_of_point = Buffer<Row>(count, no_row);
  for_each_index(where, static_cast<std::int64_t>(kept.size()), [&](std::int64_t i) {
    Row const point = kept[static_cast<std::size_t>(i)];
    result.row_of_point[point] = points.row_of_point[i];
    std::copy_n(cloud.values.data() + point * cloud.columns, cloud.columns, features.data() + i * cloud.columns);
  });
  MatrixView<float const> const rows{features.data(), static_cast<std::int64_t>(kept.size()), cloud.columns};
  result.tensor = features_to_sites(where, points, rows, Duplicates::mean);
  return result;
}

}  // namespace sparseconv

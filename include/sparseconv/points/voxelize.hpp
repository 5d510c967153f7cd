#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/points/point_cloud.hpp"
#include "sparseconv/points/voxel_grid.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/build_site_set.hpp"
#include "sparseconv/tensor/point_features.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv {

/// Bounds that a real-time system may need. What they drop is counted, see DroppedPoints.
struct VoxelLimits {
  std::int64_t points_per_voxel = std::numeric_limits<std::int64_t>::max();  ///< the first in the caller's order stay
  std::int64_t voxels = std::numeric_limits<std::int64_t>::max();            ///< those that points reach first stay
};

/// How many points were dropped, by the first reason that applies.
struct DroppedPoints {
  std::int64_t not_finite = 0;             ///< x, y or z is not a finite number
  std::int64_t out_of_range = 0;           ///< outside the grid
  std::int64_t over_voxels = 0;            ///< VoxelLimits::voxels
  std::int64_t over_points_per_voxel = 0;  ///< VoxelLimits::points_per_voxel

  [[nodiscard]] constexpr std::int64_t total() const {
    return not_finite + out_of_range + over_voxels + over_points_per_voxel;
  }
};

/// Points as a tensor, and what became of every one.
///
/// Shapes: tensor N voxels x columns of the points, the mean of the voxel's points; row_of_point one row of the tensor for each
///         point, no_row for a point that was dropped.
template <MemorySpace Memory = HostMemory>
struct VoxelizedPoints {
  SparseTensor<float, 3, Memory> tensor;
  Buffer<Row, Memory> row_of_point;
  DroppedPoints dropped = {};
};

/// Throws: ShapeError if a limit is below 1 or there are fewer than 3 columns; CapacityError for 2^31 points or more.
inline void check_voxelize(std::int64_t points, std::int64_t columns, VoxelLimits const& limits) {
  if (limits.points_per_voxel < 1 || limits.voxels < 1) {
    throw ShapeError("voxelize: limits of " + std::to_string(limits.points_per_voxel) + " points a voxel and " +
                     std::to_string(limits.voxels) + " voxels; both must be at least 1");
  }
  if (columns < 3) {
    throw ShapeError("voxelize: the cloud has " + std::to_string(columns) + " columns; it needs x, y and z at least");
  }
  if (points > std::numeric_limits<Row>::max()) {
    throw CapacityError("voxelize: " + std::to_string(points) +
                        " points; rows are numbered up to 2^31 - 1, so split the cloud");
  }
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

template <HostPolicy Policy>
VoxelizedPoints<> voxelize_points(Policy const& where, MatrixView<float const> cloud, VoxelGrid const& grid,
                                  VoxelLimits const& limits) {
  std::int64_t const count = cloud.rows;
  VoxelFinder const voxels(grid);
  Grid<3> const cells{.shape = voxel_shape(grid)};
  Buffer<VoxelOfPoint> found(where.memory(), count);
  for_each_index(where, count, [&](std::int64_t point) { found[point] = voxels(cloud.row(point)); });

  VoxelizedPoints<> result;
  std::vector<Row> kept;  // indices in the cloud
  kept.reserve(static_cast<std::size_t>(count));
  for (std::int64_t point = 0; point < count; ++point) {
    if (found[point].fate == PointFate::kept) kept.push_back(static_cast<Row>(point));
    result.dropped.not_finite += found[point].fate == PointFate::not_finite;
    result.dropped.out_of_range += found[point].fate == PointFate::out_of_range;
  }

  auto const sites_of = [&](std::vector<Row> const& points) {
    Buffer<Coordinate<3>> coordinates(where.memory(), static_cast<std::int64_t>(points.size()));
    for_each_index(where, coordinates.size(),
                   [&](std::int64_t i) { coordinates[i] = found[points[static_cast<std::size_t>(i)]].voxel; });
    return build_site_set(where, cells, coordinates);
  };
  PointSites<3> points = sites_of(kept);
  std::vector<bool> dropped(kept.size(), false);
  result.dropped.over_voxels = drop_late_sites(points, limits.voxels, dropped);
  result.dropped.over_points_per_voxel = drop_crowded_points(points, limits.points_per_voxel, dropped);
  if (result.dropped.over_voxels + result.dropped.over_points_per_voxel > 0) {
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
    std::copy_n(cloud.row(point), cloud.columns, features.data() + i * cloud.columns);  // on the host
  });
  MatrixView<float const> const rows{features.data(), static_cast<std::int64_t>(kept.size()), cloud.columns};
  result.tensor = features_to_sites(where, points, rows, Duplicates::mean);
  return result;
}

/// Sorts points into voxels; a voxel's features are the mean of its points' columns.
///
/// Shapes: P points of C columns (x, y, z first) become N <= P voxels of C channels in batch item 0.
/// Units:  a point lies in voxel floor((p - low) / voxel_size), computed in float32.
/// Order:  `seq` and `cpu` wait for the result; a device policy waits twice, for the number of voxels and the counts of what
///         was dropped, once more where a limit may drop points, and again if it does.
/// Bits:   the same for every policy; means run in the caller's order.
/// Throws: ShapeError if the grid is not valid, a limit is below 1, or there are fewer than 3 columns; CapacityError for
///         2^31 points or more.
template <ExecutionPolicy Policy, class T, MemorySpace Memory>
requires std::same_as<T const, float const> VoxelizedPoints<Memory> voxelize(Policy const& where,
                                                                             MatrixView<T, Memory> points,
                                                                             VoxelGrid const& grid,
                                                                             VoxelLimits const& limits = {}) {
  check_reach<Policy, Memory>();
  check_voxelize(points.rows, points.columns, limits);
  return voxelize_points(where, MatrixView<float const, Memory>(points), grid, limits);
}

/// The same for the points of a cloud: a PointCloud, or its copy on a device.
template <ExecutionPolicy Policy, class Cloud>
requires requires(Cloud const& cloud) {
  cloud.view();
}
auto voxelize(Policy const& where, Cloud const& cloud, VoxelGrid const& grid, VoxelLimits const& limits = {}) {
  return voxelize(where, cloud.view(), grid, limits);
}

}  // namespace sparseconv

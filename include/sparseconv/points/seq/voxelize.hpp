#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/points/voxel_grid.hpp"
#include "sparseconv/points/voxelized_points.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/build_site_set.hpp"
#include "sparseconv/tensor/point_features.hpp"

namespace sparseconv::inline v0_1::on_seq {

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

/// sparseconv::voxelize for every policy of the host.
template <HostPolicy Policy>
VoxelizedPoints<> voxelize(Policy const& where, MatrixView<float const> cloud, VoxelGrid const& grid,
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
    std::copy_n(cloud.row(point), cloud.columns, features.data() + i * cloud.columns);
  });
  MatrixView<float const> const rows{features.data(), static_cast<std::int64_t>(kept.size()), cloud.columns};
  result.tensor = features_to_sites(where, points, rows, Duplicates::mean);
  return result;
}

}  // namespace sparseconv::inline v0_1::on_seq

#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <utility>

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
template <HostPolicy Policy>
std::int64_t drop_late_sites(Policy const& where, PointSites<3> const& points, std::int64_t most,
                             Buffer<std::uint8_t>& dropped) {
  std::int64_t count = 0;
  if (points.sites.size() <= most) return count;
  auto const first_of = [&](Row row) { return points.points_by_site[points.first_point[row]]; };
  Buffer<Row> rows(where.memory(), points.sites.size());
  std::iota(rows.begin(), rows.end(), Row{0});
  std::nth_element(rows.begin(), rows.begin() + most, rows.end(),
                   [&](Row a, Row b) { return first_of(a) < first_of(b); });
  for (Row const* row = rows.begin() + most; row != rows.end(); ++row) {
    for (Row i = points.first_point[*row]; i < points.first_point[*row + 1]; ++i, ++count) {
      dropped[points.points_by_site[i]] = 1;
    }
  }
  return count;
}

/// Marks the points of each site after its first `most`, in the caller's order; none that is marked already counts.
inline std::int64_t drop_crowded_points(PointSites<3> const& points, std::int64_t most, Buffer<std::uint8_t>& dropped) {
  std::int64_t count = 0;
  for (Row row = 0; row < points.sites.size(); ++row) {
    Row const end = points.first_point[row + 1];
    for (std::int64_t i = points.first_point[row] + std::min<std::int64_t>(most, end - points.first_point[row]);
         i < end; ++i) {
      Row const point = points.points_by_site[i];
      count += dropped[point] == 0;
      dropped[point] = 1;
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

  DroppedPoints dropped;
  Buffer<Row> kept(where.memory(), count);  // indices in the cloud
  std::int64_t kept_count = 0;
  for (std::int64_t point = 0; point < count; ++point) {
    if (found[point].fate == PointFate::kept) kept[kept_count++] = static_cast<Row>(point);
    dropped.not_finite += found[point].fate == PointFate::not_finite;
    dropped.out_of_range += found[point].fate == PointFate::out_of_range;
  }

  auto const sites_of_kept = [&] {
    Buffer<Coordinate<3>> coordinates(where.memory(), kept_count);
    for_each_index(where, kept_count, [&](std::int64_t i) { coordinates[i] = found[kept[i]].voxel; });
    return build_site_set(where, cells, coordinates);
  };
  PointSites<3> points = sites_of_kept();
  Buffer<std::uint8_t> beyond(where.memory(), kept_count);
  std::fill(beyond.begin(), beyond.end(), 0);
  dropped.over_voxels = drop_late_sites(where, points, limits.voxels, beyond);
  dropped.over_points_per_voxel = drop_crowded_points(points, limits.points_per_voxel, beyond);
  if (dropped.over_voxels + dropped.over_points_per_voxel > 0) {
    std::int64_t rest = 0;
    for (std::int64_t i = 0; i < kept_count; ++i) {
      if (beyond[i] == 0) kept[rest++] = kept[i];
    }
    kept_count = rest;
    points = sites_of_kept();
  }

  Buffer<float> features(where.memory(), kept_count * cloud.columns);
  Buffer<Row> row_of_point(where.memory(), count);
  std::fill(row_of_point.begin(), row_of_point.end(), no_row);
  for_each_index(where, kept_count, [&](std::int64_t i) {
    row_of_point[kept[i]] = points.row_of_point[i];
    std::copy_n(cloud.row(kept[i]), cloud.columns, features.data() + i * cloud.columns);
  });
  MatrixView<float const> const rows{features.data(), kept_count, cloud.columns};
  return {features_to_sites(where, points, rows, Duplicates::mean), std::move(row_of_point), dropped};
}

}  // namespace sparseconv::inline v0_1::on_seq

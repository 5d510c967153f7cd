#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>

#include "sparseconv/config.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/number/wide_sum.hpp"
#include "sparseconv/points/seq/matrix_points.hpp"
#include "sparseconv/points/voxel_grid.hpp"
#include "sparseconv/points/voxelized_points.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/counts_before.hpp"
#include "sparseconv/primitive/cpu/fetch.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/build_site_set.hpp"
#include "sparseconv/tensor/point_features.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

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

/// The points that lie in the grid, by their place in the cloud, with their voxels.
struct KeptPoints {
  Buffer<Row> points;  ///< empty if all are kept
  Buffer<Coordinate<3>> voxels;
  DroppedPoints dropped;
};

template <HostPolicy Policy, class Points>
KeptPoints keep_points(Policy const& where, Points const& cloud, VoxelFinder const& finder) {
  constexpr std::int64_t stretch = 4096;  // points that one thread takes at a time
  std::int64_t const count = cloud.size();
  KeptPoints kept{{}, Buffer<Coordinate<3>>(where.memory(), count), {}};
  Buffer<PointFate> fates(where.memory(), count);
  Buffer<std::int64_t> const before = counts_before(where, count, stretch, [&](std::int64_t begin, std::int64_t end) {
    std::int64_t here = 0;
    for (std::int64_t point = begin; point < end; ++point) {
      VoxelOfPoint const found = cloud.voxel(point, finder);
      Coordinate<3>& voxel = kept.voxels[point];
      // Number by number: they are in registers, and a copy of the whole would wait for memory.
      voxel.batch = found.voxel.batch;
      SPARSECONV_UNROLL
      for (std::size_t axis = 0; axis < 3; ++axis) voxel.position[axis] = found.voxel.position[axis];
      fates[point] = found.fate;
      here += found.fate == PointFate::kept;
    }
    return here;
  });
  std::int64_t const kept_count = before[before.size() - 1];
  if (kept_count == count) return kept;
  std::atomic<std::int64_t> not_finite{0};
  kept.points = Buffer<Row>(where.memory(), kept_count);
  Buffer<Coordinate<3>> voxels(where.memory(), kept_count);
  for_each_range(where, count, stretch, [&](std::int64_t begin, std::int64_t end) {
    std::int64_t next = before[begin / stretch];
    not_finite += std::count(fates.data() + begin, fates.data() + end, PointFate::not_finite);
    for (std::int64_t point = begin; point < end; ++point) {
      if (fates[point] != PointFate::kept) continue;
      kept.points[next] = static_cast<Row>(point);
      voxels[next++] = kept.voxels[point];
    }
  });
  kept.voxels = std::move(voxels);
  kept.dropped.not_finite = not_finite;
  kept.dropped.out_of_range = count - kept_count - not_finite;
  return kept;
}

/// Takes away the points that a limit drops, and counts them.
template <HostPolicy Policy>
bool drop_beyond_limits(Policy const& where, PointSites<3> const& points, VoxelLimits const& limits, KeptPoints& kept) {
  std::int64_t const count = kept.voxels.size();
  if (limits.voxels >= points.sites.size() && limits.points_per_voxel >= count) return false;
  Buffer<std::uint8_t> beyond(where.memory(), count);
  std::fill(beyond.begin(), beyond.end(), 0);
  kept.dropped.over_voxels = drop_late_sites(where, points, limits.voxels, beyond);
  kept.dropped.over_points_per_voxel = drop_crowded_points(points, limits.points_per_voxel, beyond);
  std::int64_t const dropped = kept.dropped.over_voxels + kept.dropped.over_points_per_voxel;
  if (dropped == 0) return false;
  Buffer<Row> rest(where.memory(), count - dropped);
  Buffer<Coordinate<3>> voxels(where.memory(), count - dropped);
  std::int64_t next = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    if (beyond[i] != 0) continue;
    rest[next] = kept.points.empty() ? static_cast<Row>(i) : kept.points[i];
    voxels[next++] = kept.voxels[i];
  }
  kept.points = std::move(rest);
  kept.voxels = std::move(voxels);
  return true;
}

/// The means of the columns of each site's points, of points that lie as a matrix.
template <HostPolicy Policy>
SparseTensor<float, 3> means_of(Policy const& where, PointSites<3> const& points, MatrixPoints const& cloud) {
  // Not the public one: the points' own rows are gone, and their list names points of the whole cloud.
  return on_seq::features_to_sites(where, points, cloud.view(), Duplicates::mean);
}

/// The same of points that are read one number at a time. The bits are those of a matrix of the same numbers.
template <HostPolicy Policy, class Points>
SparseTensor<float, 3> means_of(Policy const& where, PointSites<3> const& points, Points const& cloud) {
  constexpr std::int64_t sites_ahead = 12;
  std::int64_t const columns = cloud.columns();
  Buffer<float> means(where.memory(), feature_count(points.sites.size(), columns, "voxelize"));
  for_each_index(where, points.sites.size(), [&](std::int64_t row) {
    Row const begin = points.first_point[row];
    Row const end = points.first_point[row + 1];
    // Points of neighbours in space lie anywhere in memory, and reading them takes too many instructions to look far ahead.
    Row const later = points.first_point[std::min(row + sites_ahead, points.sites.size() - 1)];
    SPARSECONV_FETCH_NEAR(cloud.begin_of(points.points_by_site[later]));
    for (std::int64_t column = 0; column < columns; ++column) {
      float const first = cloud.number(points.points_by_site[begin], column);
      float& mean = means[row * columns + column];
      mean = first;
      if (end == begin + 1) continue;  // as nearly always
      WideSum<float> sum(first);
      for (Row i = begin + 1; i < end; ++i) sum.add(cloud.number(points.points_by_site[i], column));
      mean = sum.mean(end - begin);
    }
  });
  return {points.sites, columns, std::move(means)};
}

/// sparseconv::voxelize for every policy of the host, of points that say how many there are, in which voxel one lies, and its
/// numbers.
template <HostPolicy Policy, class Points>
VoxelizedPoints<> voxelize(Policy const& where, Points const& cloud, VoxelFinder const& finder, Grid<3> const& cells,
                           VoxelLimits const& limits) {
  KeptPoints kept = keep_points(where, cloud, finder);
  PointSites<3> points = build_site_set(where, cells, kept.voxels);
  if (drop_beyond_limits(where, points, limits, kept)) points = build_site_set(where, cells, kept.voxels);

  Buffer<Row> row_of_point;
  std::int64_t const kept_count = kept.voxels.size();
  if (kept_count == cloud.size()) {
    row_of_point = std::move(points.row_of_point);
  } else {
    row_of_point = Buffer<Row>(where.memory(), cloud.size());
    for_each_index(where, cloud.size(), [&](std::int64_t point) { row_of_point[point] = no_row; });
    for_each_index(where, kept_count, [&](std::int64_t i) {
      row_of_point[kept.points[i]] = points.row_of_point[i];
      points.points_by_site[i] = kept.points[points.points_by_site[i]];  // in the cloud
    });
  }
  return {means_of(where, points, cloud), std::move(row_of_point), kept.dropped};
}

}  // namespace sparseconv::inline v0_1::on_seq

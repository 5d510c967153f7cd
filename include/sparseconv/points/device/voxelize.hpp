#pragma once

#include <cstdint>
#include <utility>

#include "sparseconv/config.hpp"
#include "sparseconv/points/device_point_cloud.hpp"
#include "sparseconv/points/voxel_grid.hpp"
#include "sparseconv/points/voxelized_points.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/fill.hpp"
#include "sparseconv/tensor/device/build_site_set.hpp"
#include "sparseconv/tensor/device/point_features.hpp"
#include "sparseconv/tensor/device/unique_sites.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Adds some points to a count.
template <class Atomics>
SPARSECONV_HOST_DEVICE void add_to(DroppedPoints& counted, DroppedPoints const& some) {
  if (some.not_finite > 0) Atomics::add(counted.not_finite, some.not_finite);
  if (some.out_of_range > 0) Atomics::add(counted.out_of_range, some.out_of_range);
  if (some.over_voxels > 0) Atomics::add(counted.over_voxels, some.over_voxels);
  if (some.over_points_per_voxel > 0) Atomics::add(counted.over_points_per_voxel, some.over_points_per_voxel);
}

/// Writes the keys of the voxels of points i, i + bodies, ...; fillers for those that are dropped.
template <class Key, class Atomics, MemorySpace Memory>
struct KeyVoxels {
  VoxelFinder voxels;
  MatrixView<float const, Memory> points;
  std::int64_t bodies;
  KeyPacking<3, Key> packing;
  Key* keys;
  DroppedPoints* dropped;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const {
    DroppedPoints some;
    for (std::int64_t point = i; point < points.rows; point += bodies) {
      VoxelOfPoint const found = voxels(points.row_data(point));
      some.not_finite += found.fate == PointFate::not_finite;
      some.out_of_range += found.fate == PointFate::out_of_range;
      keys[point] = found.fate == PointFate::kept ? packing.key(widen(found.voxel)) : filler_key<Key>();
    }
    add_to<Atomics>(*dropped, some);
  }
};

/// Marks the first point of each site with 1. The marks must have been zeros.
struct MarkFirstPoints {
  Row const* points_by_site;
  Row const* first_point;
  Row* marks;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t site) const { marks[points_by_site[first_point[site]]] = 1; }
};

/// Makes fillers of the keys of points that are beyond a limit.
template <class Key, class Atomics>
struct DropBeyondLimits {
  VoxelLimits limits;
  Row const* points_by_site;
  Row const* row_of_point;
  Row const* first_point;
  Row const* sites_before;  // by point: sites that points before it reached first
  std::int64_t places;
  std::int64_t bodies;
  Key* keys;
  DroppedPoints* dropped;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const {
    DroppedPoints some;
    for (std::int64_t place = i; place < places; place += bodies) {
      Row const point = points_by_site[place];
      Row const row = row_of_point[point];
      if (row == no_row) continue;
      bool const late = sites_before[points_by_site[first_point[row]]] >= limits.voxels;
      bool const crowded = place - first_point[row] >= limits.points_per_voxel;
      if (!late && !crowded) continue;
      some.over_voxels += late;
      some.over_points_per_voxel += !late;
      keys[point] = filler_key<Key>();
    }
    add_to<Atomics>(*dropped, some);
  }
};

/// Drops points beyond the limits; waits for their counts.
template <DevicePolicy Policy, class Key>
DroppedPoints drop_beyond_limits(Policy const& where, PointSites<3, typename Policy::Memory> const& points,
                                 VoxelLimits const& limits, Buffer<Key, typename Policy::Memory>& keys) {
  using Memory = typename Policy::Memory;
  using Drop = DropBeyondLimits<Key, typename Policy::Atomics>;
  std::int64_t const count = keys.size();
  Buffer<Row, Memory> sites_before(where.memory(), count);
  where.for_each(count, Fill<Row>{sites_before.data(), 0});
  where.for_each(points.sites.size(),
                 MarkFirstPoints{points.points_by_site.data(), points.first_point.data(), sites_before.data()});
  where.exclusive_sum(sites_before.data(), sites_before.data(), count);

  Buffer<DroppedPoints, Memory> noted(where.memory(), 1);
  where.for_each(1, Fill<DroppedPoints>{noted.data(), {}});
  std::int64_t const bodies = count / places_per_body + 1;
  where.for_each(bodies,
                 Drop{limits, points.points_by_site.data(), points.row_of_point.data(), points.first_point.data(),
                      sites_before.data(), count, bodies, keys.data(), noted.data()});
  DroppedPoints dropped;
  where.copy_to_host(&dropped, noted.data(), noted.bytes());
  return dropped;
}

/// sparseconv::voxelize. Waits as that says.
template <DevicePolicy Policy>
VoxelizedPoints<typename Policy::Memory> voxelize(Policy const& where,
                                                  MatrixView<float const, typename Policy::Memory> cloud,
                                                  VoxelFinder const& voxels, Grid<3> const& cells,
                                                  VoxelLimits const& limits) {
  using Memory = typename Policy::Memory;
  std::int32_t const item = voxels.batch_item();
  Box<3> box;
  box.include(WideCoordinate<3>{item, 0, 0, 0});
  box.include(WideCoordinate<3>{item, cells.shape[0] - 1, cells.shape[1] - 1, cells.shape[2] - 1});
  return with_key_packing(box, "voxelize", [&]<class Key>(KeyPacking<3, Key> const& packing) {
    int const bits = packing.bits() + 1;  // and the one that fillers alone have
    std::int64_t const count = cloud.rows;
    Buffer<Key, Memory> keys(where.memory(), count);
    Buffer<DroppedPoints, Memory> noted(where.memory(), 1);
    where.for_each(1, Fill<DroppedPoints>{noted.data(), {}});
    std::int64_t const bodies = count / places_per_body + 1;
    where.for_each(bodies, KeyVoxels<Key, typename Policy::Atomics, Memory>{voxels, cloud, bodies, packing, keys.data(),
                                                                            noted.data()});
    auto points = sites_of_keys(where, cells, keys, packing, bits);
    VoxelizedPoints<Memory> result;
    where.copy_to_host(&result.dropped, noted.data(), noted.bytes());

    std::int64_t const kept = count - result.dropped.total();
    if (points.sites.size() > limits.voxels || kept > limits.points_per_voxel) {
      DroppedPoints const beyond = drop_beyond_limits(where, points, limits, keys);
      if (beyond.total() > 0) points = sites_of_keys(where, cells, keys, packing, bits);
      result.dropped.over_voxels = beyond.over_voxels;
      result.dropped.over_points_per_voxel = beyond.over_points_per_voxel;
    }
    result.tensor = on_device::features_to_sites(where, points, cloud, Duplicates::mean);
    result.row_of_point = std::move(points.row_of_point);
    return result;
  });
}

}  // namespace sparseconv::inline v0_1::on_device

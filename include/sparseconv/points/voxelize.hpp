#pragma once

#include <array>
#include <concepts>

#include "sparseconv/error.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/points/batch_item.hpp"
#include "sparseconv/points/device/voxelize.hpp"
#include "sparseconv/points/point_cloud.hpp"
#include "sparseconv/points/point_reader.hpp"
#include "sparseconv/points/seq/matrix_points.hpp"
#include "sparseconv/points/seq/voxelize.hpp"
#include "sparseconv/points/strided_points.hpp"
#include "sparseconv/points/voxel_grid.hpp"
#include "sparseconv/points/voxelized_points.hpp"
#include "sparseconv/policy/execution_policy.hpp"

namespace sparseconv::inline v0_1 {

/// Points that can be seen as a matrix: a PointCloud, its copy on a device, or a type of the caller's.
template <class Cloud>
concept ViewedPoints = requires(Cloud const& cloud) {
  cloud.view();
};

/// Points that voxelize takes with what belongs to them: a cloud, or StridedPoints.
template <class Cloud>
concept VoxelizablePoints = ViewedPoints<Cloud> || std::same_as<Cloud, StridedPoints>;

/// Sorts points into voxels; a voxel's features are the mean of its points' columns.
///
/// Shapes: P points of C columns (x, y, z first) become N <= P voxels of C channels in the batch item `place`; other items stay
///         empty.
/// Units:  a point's x, y, z are relative to `offset`, and so are their means: a network sees these numbers. The point lies in
///         voxel floor((p - (low - offset)) / voxel_size), where low - offset is computed in double and then rounded, and all else in
///         float32.
/// Order:  `seq` and `cpu` wait for the result; a device policy waits twice, for the number of voxels and the counts of what
///         was dropped, once more where a limit may drop points, and again if it does.
/// Bits:   the same for every policy; means run in the caller's order.
/// Throws: ShapeError if the grid is not valid, a limit is below 1, there are fewer than 3 columns, or the grid is out of reach
///         from the offset; CoordinateError if the batch has no such item; CapacityError for 2^31 points or more.
template <ExecutionPolicy Policy, class T, MemorySpace Memory>
requires std::same_as<T const, float const> VoxelizedPoints<Memory> voxelize(
    Policy const& where, MatrixView<T, Memory> points, VoxelGrid const& grid, VoxelLimits const& limits = {},
    BatchItem const& place = {}, std::array<double, 3> const& offset = {}) {
  check_reach<Policy, Memory>();
  check_voxelize(points.rows, points.columns, limits);
  check_view(points, "the points'", "voxelize");
  check_batch_item(place, "voxelize");
  VoxelFinder const finder(grid, offset, place.item);
  Grid<3> const cells{.shape = voxel_shape(grid), .batch_size = place.batch_size};
  VoxelizedPoints<Memory> voxels = [&] {
    if constexpr (HostPolicy<Policy>) {
      return on_seq::voxelize(where, on_seq::MatrixPoints(points), finder, cells, limits);
    } else {
      return on_device::voxelize(where, MatrixView<float const, Memory>(points), finder, cells, limits);
    }
  }();
  voxels.offset = offset;
  return voxels;
}

/// The same for the points of a cloud, which has its own offset: a PointCloud, or its copy on a device.
/// Throws: also what its view() throws, if the numbers of the cloud do not make whole points.
template <ExecutionPolicy Policy, ViewedPoints Cloud>
auto voxelize(Policy const& where, Cloud const& cloud, VoxelGrid const& grid, VoxelLimits const& limits = {},
              BatchItem const& place = {}) {
  auto const points = cloud.view();
  if constexpr (requires { cloud.offset; }) {
    return voxelize(where, points, grid, limits, place, cloud.offset);
  } else {
    return voxelize(where, points, grid, limits, place);
  }
}

/// The same for points that lie in memory in any arrangement: they are read where they lie. The bits are those of their
/// point_cloud_of. `seq` and `cpu` alone; a device takes their copy_to.
/// Throws: also ShapeError if the points are not as check_points wants them.
template <ExecutionPolicy Policy>
VoxelizedPoints<> voxelize(Policy const& where, StridedPoints const& points, VoxelGrid const& grid,
                           VoxelLimits const& limits = {}, BatchItem const& place = {}) {
  check_reach<Policy, HostMemory>();
  check_points(points, "voxelize");
  check_voxelize(points.size(), points.columns(), limits);
  check_batch_item(place, "voxelize");
  VoxelFinder const finder(grid, points.offset, place.item);
  Grid<3> const cells{.shape = voxel_shape(grid), .batch_size = place.batch_size};
  VoxelizedPoints<> voxels = on_seq::voxelize(where, PointReader(points), finder, cells, limits);
  voxels.offset = points.offset;
  return voxels;
}

/// Calls of other kinds that are commonly tried: each is a sentence of the compiler.
template <ExecutionPolicy Policy, class T, MemorySpace Memory>
requires(!std::same_as<T const, float const>) VoxelizedPoints<Memory> voxelize(Policy const&, MatrixView<T, Memory>,
                                                                               VoxelGrid const&,
                                                                               VoxelLimits const& = {}) {
  static_assert(never<T>,
                "sparseconv: voxelize takes points in float; convert them, after an origin near them is subtracted in "
                "double: a float has 7 digits");
  return {};
}
/// The call without a policy.
template <class Points>
requires(!ExecutionPolicy<Points>) VoxelizedPoints<> voxelize(Points const&, VoxelGrid const&,
                                                              VoxelLimits const& = {}) {
  static_assert(never<Points>,
                "sparseconv: voxelize: the call has no policy in front, which says where it runs: "
                "voxelize(sc::cpu, points, grid)");
  return {};
}
/// The call with its policy at the end.
template <class Points, ExecutionPolicy Policy>
requires(!ExecutionPolicy<Points>) VoxelizedPoints<> voxelize(Points const& points, VoxelGrid const& grid,
                                                              Policy const&) {
  return voxelize(points, grid);
}

}  // namespace sparseconv::inline v0_1

#pragma once

#include <array>
#include <concepts>

#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/points/device/voxelize.hpp"
#include "sparseconv/points/point_cloud.hpp"
#include "sparseconv/points/seq/voxelize.hpp"
#include "sparseconv/points/voxel_grid.hpp"
#include "sparseconv/points/voxelized_points.hpp"
#include "sparseconv/policy/execution_policy.hpp"

namespace sparseconv::inline v0_1 {

/// Sorts points into voxels; a voxel's features are the mean of its points' columns.
///
/// Shapes: P points of C columns (x, y, z first) become N <= P voxels of C channels in batch item 0.
/// Units:  a point's x, y, z are relative to `offset`, and so are their means: a network sees these numbers. The point lies in
///         voxel floor((p - (low - offset)) / voxel_size), where low - offset is computed in double and then rounded, and all else in
///         float32.
/// Order:  `seq` and `cpu` wait for the result; a device policy waits twice, for the number of voxels and the counts of what
///         was dropped, once more where a limit may drop points, and again if it does.
/// Bits:   the same for every policy; means run in the caller's order.
/// Throws: ShapeError if the grid is not valid, a limit is below 1, there are fewer than 3 columns, or the grid is out of reach
///         from the offset; CapacityError for 2^31 points or more.
template <ExecutionPolicy Policy, class T, MemorySpace Memory>
requires std::same_as<T const, float const> VoxelizedPoints<Memory> voxelize(Policy const& where,
                                                                             MatrixView<T, Memory> points,
                                                                             VoxelGrid const& grid,
                                                                             VoxelLimits const& limits = {},
                                                                             std::array<double, 3> const& offset = {}) {
  check_reach<Policy, Memory>();
  check_voxelize(points.rows, points.columns, limits);
  check_view(points, "the points'", "voxelize");
  if constexpr (HostPolicy<Policy>) {
    return on_seq::voxelize(where, MatrixView<float const>(points), grid, limits, offset);
  } else {
    return on_device::voxelize(where, MatrixView<float const, Memory>(points), grid, limits, offset);
  }
}

/// The same for the points of a cloud, which has its own offset: a PointCloud, or its copy on a device.
/// Throws: also what its view() throws, if the numbers of the cloud do not make whole points.
template <ExecutionPolicy Policy, class Cloud>
requires requires(Cloud const& cloud) {
  cloud.view();
}
auto voxelize(Policy const& where, Cloud const& cloud, VoxelGrid const& grid, VoxelLimits const& limits = {}) {
  auto const points = cloud.view();
  if constexpr (requires { cloud.offset; }) {
    return voxelize(where, points, grid, limits, cloud.offset);
  } else {
    return voxelize(where, points, grid, limits);
  }
}

}  // namespace sparseconv::inline v0_1

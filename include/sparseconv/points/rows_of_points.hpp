#pragma once

#include <array>
#include <concepts>
#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/index/lookup.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/points/batch_item.hpp"
#include "sparseconv/points/point_reader.hpp"
#include "sparseconv/points/strided_points.hpp"
#include "sparseconv/points/voxel_grid.hpp"
#include "sparseconv/points/voxelize.hpp"
#include "sparseconv/points/voxelized_points.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/tensor/box.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// Writes the row of a point's voxel, or no_row: a body of for_each_index.
template <MemorySpace Memory>
struct WriteRowOfPoint {
  VoxelFinder finder;
  MatrixView<float const, Memory> points;
  SortedSites<3> sites;
  Row* rows;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t point) const {
    VoxelOfPoint const found = finder(points.row_data(point));
    rows[point] = found.fate == PointFate::kept ? sites.find(widen(found.voxel)) : no_row;
  }
};

/// The finder of voxels for rows_of_points.
///
/// Throws: ShapeError if the sites are not those of the grid; CoordinateError if the batch has no such item.
inline VoxelFinder finder_for(Grid<3> const& cells, VoxelGrid const& grid, std::int32_t item,
                              std::array<double, 3> const& offset) {
  check_batch_item({item, cells.batch_size}, "rows_of_points");
  Shape<3> const shape = voxel_shape(grid);
  if (cells.shape != shape) {
    throw ShapeError({"rows_of_points: the sites lie on the shape ", to_string(cells.shape), ", the grid has ",
                      to_string(shape), " voxels; give the grid that the sites were made with"});
  }
  return VoxelFinder(grid, offset, item);
}

/// Finds the rows of the voxels that points lie in, of voxels that are there already: so features come back to the points of a cloud
/// that was voxelized by pieces, block by block, and to points that had no part in the voxels.
///
/// Shapes: P points become P rows of a tensor on `sites`; no_row for a point that lies in none of them. features_to_points takes them.
/// Order:  `seq` and `cpu` wait for the result, a device policy does not.
/// Bits:   those of VoxelizedPoints::row_of_point, but that a point which a limit dropped has the row of its voxel, if that stayed.
/// Throws: ShapeError if the grid is not that of the sites, or there are fewer than 3 columns; CoordinateError if the sites have no such
///         batch item; CapacityError for 2^31 points or more.
template <ExecutionPolicy Policy, class T, MemorySpace Memory>
requires std::same_as<T const, float const>
[[nodiscard]] Buffer<Row, Memory> rows_of_points(Policy const& where, SiteSet<3, Memory> const& sites,
                                                 MatrixView<T, Memory> points, VoxelGrid const& grid,
                                                 std::int32_t batch_item = 0,
                                                 std::array<double, 3> const& offset = {}) {
  check_reach<Policy, Memory>();
  check_voxelize(points.rows, points.columns, {}, "rows_of_points");
  check_view(points, "the points'", "rows_of_points");
  VoxelFinder const finder = finder_for(sites.grid(), grid, batch_item, offset);
  Buffer<Row, Memory> rows(where.memory(), points.rows);
  for_each_index(where, points.rows,
                 WriteRowOfPoint<Memory>{finder, points, {sites.data(), sites.size()}, rows.data()});
  return rows;
}

/// The same of a cloud, which has its own offset.
template <ExecutionPolicy Policy, MemorySpace Memory, ViewedPoints Cloud>
[[nodiscard]] Buffer<Row, Memory> rows_of_points(Policy const& where, SiteSet<3, Memory> const& sites,
                                                 Cloud const& cloud, VoxelGrid const& grid,
                                                 std::int32_t batch_item = 0) {
  if constexpr (requires { cloud.offset; }) {
    return rows_of_points(where, sites, cloud.view(), grid, batch_item, cloud.offset);
  } else {
    return rows_of_points(where, sites, cloud.view(), grid, batch_item);
  }
}

/// The same of points that lie in memory in any arrangement. `seq` and `cpu` alone.
template <HostPolicy Policy>
[[nodiscard]] Buffer<Row> rows_of_points(Policy const& where, SiteSet<3> const& sites, StridedPoints const& points,
                                         VoxelGrid const& grid, std::int32_t batch_item = 0) {
  check_points(points, "rows_of_points");
  check_voxelize(points.size(), points.columns(), {}, "rows_of_points");
  VoxelFinder const finder = finder_for(sites.grid(), grid, batch_item, points.offset);
  PointReader const reader(points);
  SortedSites<3> const sorted{sites.data(), sites.size()};
  Buffer<Row> rows(where.memory(), points.size());
  for_each_index(where, points.size(), [&](std::int64_t point) {
    VoxelOfPoint const found = reader.voxel(point, finder);
    rows[point] = found.fate == PointFate::kept ? sorted.find(widen(found.voxel)) : no_row;
  });
  return rows;
}

}  // namespace sparseconv::inline v0_1

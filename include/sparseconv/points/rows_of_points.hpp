#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <span>

#include "sparseconv/error.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/points/batch_item.hpp"
#include "sparseconv/points/find_cells_of_points.hpp"
#include "sparseconv/points/placed_points.hpp"
#include "sparseconv/points/strided_points.hpp"
#include "sparseconv/points/voxel_grid.hpp"
#include "sparseconv/points/voxelize.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/tensor/box.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// The voxel that voxelize puts a point into, as the only cell of the point: what find_cells_of_points takes for Cells.
class KeptVoxel {
 public:
  static constexpr int count = 1;

  constexpr KeptVoxel(VoxelOfPoint const& found, std::int32_t batch_item)
      : cell_(widen(found.voxel)), is_kept_(found.fate == PointFate::kept) {
    cell_[0] = batch_item;
  }

  [[nodiscard]] constexpr bool is_anywhere() const { return is_kept_; }
  [[nodiscard]] constexpr WideCoordinate<3> cell(int) const { return cell_; }
  [[nodiscard]] constexpr std::array<double, 1> weights() const { return {is_kept_ ? 1.0 : 0.0}; }

 private:
  WideCoordinate<3> cell_;
  bool is_kept_;
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

/// The rows of the voxels of points. Operands are checked.
template <ExecutionPolicy Policy, MemorySpace Memory, class Voxels>
[[nodiscard]] Buffer<Row, Memory> rows_of_voxels(Policy const& where, SiteSet<3, Memory> const& sites,
                                                 PlacedPoints<Voxels> const& points) {
  Buffer<Row, Memory> rows(where.memory(), points.count);
  find_cells_of_points<KeptVoxel>(where, sites, std::span<PlacedPoints<Voxels> const>(&points, 1), rows.data(),
                                  static_cast<float*>(nullptr));
  return rows;
}

/// Finds the rows of the voxels that points lie in, of voxels that are there already: so features come back to the points of a cloud
/// that was voxelized by pieces, block by block, and to points that had no part in the voxels.
///
/// Shapes: P points become P rows of a tensor on `sites`; no_row for a point that lies in none of them. features_to_points takes them.
/// Order:  `seq` and `cpu` wait for the result, a device policy does not.
/// Bits:   those of VoxelizedPoints::row_of_point, but that a point which a limit dropped has the row of its voxel, if that stayed.
/// Work:   as build_interpolation_map of the nearest site.
/// Throws: ShapeError if the grid is not that of the sites, or there are fewer than 3 columns; CoordinateError if the sites have no such
///         batch item; CapacityError for 2^31 points or more.
template <ExecutionPolicy Policy, class T, MemorySpace Memory>
requires std::same_as<T const, float const>
[[nodiscard]] Buffer<Row, Memory> rows_of_points(Policy const& where, SiteSet<3, Memory> const& sites,
                                                 MatrixView<T, Memory> points, VoxelGrid const& grid,
                                                 std::int32_t batch_item = 0,
                                                 std::array<double, 3> const& offset = {}) {
  check_reach<Policy, Memory>();
  VoxelFinder const finder = finder_for(sites.grid(), grid, batch_item, offset);
  return rows_of_voxels(where, sites, placed_points(points, finder, batch_item, "rows_of_points"));
}

/// The same of a cloud, which has its own offset.
template <ExecutionPolicy Policy, MemorySpace Memory, ViewedPoints Cloud>
[[nodiscard]] Buffer<Row, Memory> rows_of_points(Policy const& where, SiteSet<3, Memory> const& sites,
                                                 Cloud const& cloud, VoxelGrid const& grid,
                                                 std::int32_t batch_item = 0) {
  return rows_of_points(where, sites, cloud.view(), grid, batch_item, offset_of(cloud));
}

/// The same of points that lie in memory in any arrangement. `seq` and `cpu` alone.
template <HostPolicy Policy>
[[nodiscard]] Buffer<Row> rows_of_points(Policy const& where, SiteSet<3> const& sites, StridedPoints const& points,
                                         VoxelGrid const& grid, std::int32_t batch_item = 0) {
  VoxelFinder const finder = finder_for(sites.grid(), grid, batch_item, points.offset);
  return rows_of_voxels(where, sites, placed_points(points, finder, batch_item, "rows_of_points"));
}

}  // namespace sparseconv::inline v0_1

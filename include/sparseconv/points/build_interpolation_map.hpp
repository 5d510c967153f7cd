#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

#include "sparseconv/error.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/arithmetic.hpp"
#include "sparseconv/points/batch_item.hpp"
#include "sparseconv/points/cells_around.hpp"
#include "sparseconv/points/find_cells_of_points.hpp"
#include "sparseconv/points/interpolation_map.hpp"
#include "sparseconv/points/placed_points.hpp"
#include "sparseconv/points/point_positions.hpp"
#include "sparseconv/points/strided_points.hpp"
#include "sparseconv/points/voxel_grid.hpp"
#include "sparseconv/points/voxelize.hpp"
#include "sparseconv/points/voxelized_points.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/tensor/grid.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// The map of points whose positions among the cells of the sites are known, item after item. Operands are checked.
template <BinaryFloat Number, ExecutionPolicy Policy, int D, MemorySpace Memory, class Positions>
[[nodiscard]] InterpolationMap<D, Number, Memory> map_of_positions(Policy const& where, SiteSet<D, Memory> const& sites,
                                                                   std::span<PlacedPoints<Positions> const> items,
                                                                   Interpolation interpolation) {
  bool const is_linear = interpolation == Interpolation::linear;
  std::int64_t const count = count_points(items) * cells_of_point<D>(interpolation);
  Buffer<Row, Memory> rows(where.memory(), count);
  Buffer<Number, Memory> weights(where.memory(), is_linear ? count : 0);
  if (is_linear) {
    find_cells_of_points<CellsAround<D>>(where, sites, items, rows.data(), weights.data());
  } else {
    find_cells_of_points<NearestCell<D>>(where, sites, items, rows.data(), weights.data());
  }
  return {sites, interpolation, std::move(rows), std::move(weights)};
}

/// The same of one item.
template <BinaryFloat Number, ExecutionPolicy Policy, int D, MemorySpace Memory, class Positions>
[[nodiscard]] InterpolationMap<D, Number, Memory> map_of_positions(Policy const& where, SiteSet<D, Memory> const& sites,
                                                                   PlacedPoints<Positions> const& points,
                                                                   Interpolation interpolation) {
  return map_of_positions<Number>(where, sites, std::span<PlacedPoints<Positions> const>(&points, 1), interpolation);
}

/// Where the sites lie among the voxels of a grid.
///
/// Throws: ShapeError if that is not told and the sites are not those of the grid, or as check_centres.
inline CellCentres<3> centres_among_voxels(Grid<3> const& cells, VoxelGrid const& grid,
                                           PointPlacement<3> const& placement) {
  if (placement.centres) {
    check_centres(*placement.centres, "build_interpolation_map");
    return *placement.centres;
  }
  Shape<3> const shape = voxel_shape(grid);
  if (cells.shape == shape) return {};
  throw ShapeError({"build_interpolation_map: the sites lie on the shape ", to_string(cells.shape), ", the grid has ",
                    to_string(shape),
                    " voxels; give the grid that the sites were made with, or for sites of a later level `centres`, as "
                    "cell_centres(layer) says them"});
}

/// Finds the sites around points, and their weights. A centre of a cell lies where the library says everywhere: at whole numbers
/// among the cells of its level, and among those of an earlier one where cell_centres says.
///
/// linear: the weight of a cell is the product of 1 - |distance to its centre| along each axis, divided by the sum of the weights of
///         those cells that have a site. nearest: the site of the cell that the point lies in.
///
/// Shapes: P points of D columns or more, of which the first D are the position, slowest axis first; a map of P points.
/// Units:  cells of the grid that `placement.centres` leads to; without it, those of the sites. Centres are at whole numbers.
/// Order:  `seq` and `cpu` wait for the result, a device policy does not.
/// Bits:   the same for every policy. Places and weights are computed in double, and a weight is rounded to Number once. A position
///         that is not finite, or more than a cell away from all that 32 bits number, has nothing around.
/// Work:   2^D bisections of the sites for each point; `cpu` sorts the cells of the points instead, where these are not far fewer than
///         the sites, and builds a rulebook between the two. Nothing is kept with the sites.
/// Throws: ShapeError if there are fewer columns, or as check_centres; CoordinateError if the sites have no such batch item;
///         CapacityError for 2^31 points or more.
template <BinaryFloat Number = float, ExecutionPolicy Policy, int D, class T, MemorySpace Memory>
requires BinaryFloat<std::remove_const_t<T>>
[[nodiscard]] InterpolationMap<D, Number, Memory> build_interpolation_map(
    Policy const& where, SiteSet<D, Memory> const& sites, MatrixView<T, Memory> positions,
    std::type_identity_t<PointPlacement<D>> const& placement = {}) {
  check_reach<Policy, Memory>();
  check_view(positions, "the points'", "build_interpolation_map");
  if (positions.columns < D) {
    throw ShapeError({"build_interpolation_map: the points have ", positions.columns, " columns, the sites ", D,
                      " axes; give a position one column for each axis"});
  }
  check_voxelize(positions.rows, 3, {}, "build_interpolation_map");
  check_batch_item({placement.batch_item, sites.grid().batch_size}, "build_interpolation_map");
  CellCentres<D> const centres = placement.centres.value_or(CellCentres<D>{});
  check_centres(centres, "build_interpolation_map");
  CellPositions<D, std::remove_const_t<T>, Memory> const places{positions, centres};
  return map_of_positions<Number>(
      where, sites,
      PlacedPoints<CellPositions<D, std::remove_const_t<T>, Memory>>{places, positions.rows, placement.batch_item},
      placement.interpolation);
}

/// The same of points of a scan, x, y, z first: in metres, or whatever the grid is in, relative to `offset`. A point is in the voxel
/// that voxelize puts it into; it may lie outside the grid.
///
/// Throws: also ShapeError if the grid is not that of the sites and `placement.centres` is not told, or what VoxelFinder throws.
template <BinaryFloat Number = float, ExecutionPolicy Policy, class T, MemorySpace Memory>
requires std::same_as<T const, float const>
[[nodiscard]] InterpolationMap<3, Number, Memory> build_interpolation_map(
    Policy const& where, SiteSet<3, Memory> const& sites, MatrixView<T, Memory> points, VoxelGrid const& grid,
    PointPlacement<3> const& placement = {}, std::array<double, 3> const& offset = {}) {
  check_reach<Policy, Memory>();
  check_batch_item({placement.batch_item, sites.grid().batch_size}, "build_interpolation_map");
  VoxelPosition const place(grid, offset, centres_among_voxels(sites.grid(), grid, placement));
  return map_of_positions<Number>(where, sites,
                                  placed_points(points, place, placement.batch_item, "build_interpolation_map"),
                                  placement.interpolation);
}

/// The same of a cloud, which has its own offset.
template <BinaryFloat Number = float, ExecutionPolicy Policy, MemorySpace Memory, ViewedPoints Cloud>
[[nodiscard]] InterpolationMap<3, Number, Memory> build_interpolation_map(Policy const& where,
                                                                          SiteSet<3, Memory> const& sites,
                                                                          Cloud const& cloud, VoxelGrid const& grid,
                                                                          PointPlacement<3> const& placement = {}) {
  return build_interpolation_map<Number>(where, sites, cloud.view(), grid, placement, offset_of(cloud));
}

/// The same of points that lie in memory in any arrangement. `seq` and `cpu` alone.
template <BinaryFloat Number = float, HostPolicy Policy>
[[nodiscard]] InterpolationMap<3, Number> build_interpolation_map(Policy const& where, SiteSet<3> const& sites,
                                                                  StridedPoints const& points, VoxelGrid const& grid,
                                                                  PointPlacement<3> const& placement = {}) {
  check_batch_item({placement.batch_item, sites.grid().batch_size}, "build_interpolation_map");
  VoxelPosition const place(grid, points.offset, centres_among_voxels(sites.grid(), grid, placement));
  return map_of_positions<Number>(where, sites,
                                  placed_points(points, place, placement.batch_item, "build_interpolation_map"),
                                  placement.interpolation);
}

}  // namespace sparseconv::inline v0_1

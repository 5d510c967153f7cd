#pragma once

#include <array>
#include <cstddef>

#include "sparseconv/index/cell_centres.hpp"
#include "sparseconv/points/voxel_grid.hpp"
#include "sparseconv/tensor/coordinate.hpp"

namespace sparseconv::inline v0_1 {

/// Where a position among the voxels of a grid lies: low + (position + 1/2) * voxel_size, in double.
///
/// Units:  the position in voxels, z, y, x as in the tensor, whole numbers at their centres; the result in the grid's metres, x, y, z as
///         points have them.
[[nodiscard]] inline std::array<double, 3> metres_of(VoxelGrid const& grid, std::array<double, 3> const& position) {
  std::array<double, 3> metres{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    metres[axis] = grid.low[axis] + (position[2 - axis] + 0.5) * static_cast<double>(grid.voxel_size[axis]);
  }
  return metres;
}

/// The centre of a voxel, x, y, z in metres. A site of a later level says where it lies among the voxels by `centres`: those of the
/// layers between, see cell_centres.
///
/// Units: metres of the grid, whatever offset the points had: the grid's corner is no place relative to theirs.
[[nodiscard]] inline std::array<double, 3> cell_centre(VoxelGrid const& grid, Coordinate<3> const& site,
                                                       CellCentres<3> const& centres = {}) {
  return metres_of(grid, centres(site));
}

}  // namespace sparseconv::inline v0_1

#pragma once

#include <string_view>

#include "sparseconv/error.hpp"
#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/tensor/grid.hpp"

namespace sparseconv::inline v0_1 {

/// The geometry of a kernel that covers all cells of a bounded grid along one axis, and one cell along the others. Its outputs lie at
/// 0 of that axis, on a grid of one cell there. Element k is the cell k of the axis.
///
/// Throws: ShapeError if there is no such axis, or the grid has no extents; CapacityError if that of the axis is above 2^20, as a
///         rulebook keeps something for each element.
template <int D>
[[nodiscard]] KernelGeometry<D> whole_axis_geometry(Grid<D> const& grid, int axis, std::string_view call) {
  if (axis < 0 || axis >= D) {
    throw ShapeError({call, ": axis is ", axis, ", and the sites have ", D, "; axes count from 0, the slowest first"});
  }
  if (!grid.shape.bounded()) {
    throw ShapeError({call, ": the grid has no extents, so no kernel covers an axis of it; give the grid a shape"});
  }
  if (grid.shape[axis] > 1 << 20) {
    throw CapacityError({call, ": the grid has ", grid.shape[axis], " cells along axis ", axis,
                         ", and a kernel covers up to 2^20; use pooling by windows first, or global pooling"});
  }
  KernelGeometry<D> geometry;
  geometry.kernel_size[axis] = grid.shape[axis];
  geometry.stride[axis] = grid.shape[axis];
  return geometry;
}

}  // namespace sparseconv::inline v0_1

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sparseconv/config.hpp"
#include "sparseconv/index/output_grid.hpp"
#include "sparseconv/network/axis_numbers.hpp"
#include "sparseconv/network/node_geometry.hpp"

namespace sparseconv::inline v0_1 {

/// One number for each axis, as AxisNumbers. There must be 1 to 8, each of 32 bits.
[[nodiscard]] inline AxisNumbers axis_numbers_of(std::vector<std::int64_t> const& numbers) {
  return with_axes(static_cast<int>(numbers.size()), [&]<int D>() {
    PerAxis<D> each = 0;
    for (int axis = 0; axis < D; ++axis)
      each[axis] = static_cast<std::int32_t>(numbers[static_cast<std::size_t>(axis)]);
    return AxisNumbers(each);
  });
}

/// The same numbers as a list.
[[nodiscard]] inline std::vector<std::int64_t> list_of(AxisNumbers const& numbers, int axes) {
  std::vector<std::int64_t> list;
  list.reserve(static_cast<std::size_t>(axes));
  for (int axis = 0; axis < axes; ++axis) list.push_back(numbers[axis]);
  return list;
}

/// The extents of the grid that a geometry leads to, from a bounded one. Extents must be 1 to 2^31 - 1, for 1 to 8 axes.
///
/// Throws: as output_grid.
[[nodiscard]] inline std::vector<std::int64_t> extents_after(std::vector<std::int64_t> const& extents,
                                                             NodeGeometry const& geometry, std::string_view call) {
  int const axes = static_cast<int>(extents.size());
  AxisNumbers const from = axis_numbers_of(extents);
  return with_axes(axes, [&]<int D>() {
    Grid<D> const grid{.shape = from.per_axis<D>()};
    return list_of(output_grid(grid, geometry.on_axes<D>(), geometry.definition, call).shape.extents(), D);
  });
}

}  // namespace sparseconv::inline v0_1

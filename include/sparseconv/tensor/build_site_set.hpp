#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/cpu/build_site_set.hpp"
#include "sparseconv/tensor/device/build_site_set.hpp"
#include "sparseconv/tensor/grid.hpp"
#include "sparseconv/tensor/point_sites.hpp"
#include "sparseconv/tensor/seq/build_site_set.hpp"

namespace sparseconv::inline v0_1 {

/// Makes the canonical sites of any coordinate list; repeated coordinates become one site.
///
/// Shapes: N points give at most N sites; see PointSites for the way back to the caller's order.
/// Order:  waits for the result, on a device twice: for the box of the points and for the number of sites.
/// Bits:   the same for every policy.
/// Throws: ShapeError for extents below 1; CoordinateError names the first point outside the grid;
///         CapacityError for more than 2^31 - 1 points.
template <HostPolicy Policy, int D>
PointSites<D> build_site_set(Policy const& where, Grid<D> const& grid,
                             std::type_identity_t<std::span<Coordinate<D> const>> points) {
  check_grid(grid, "build_site_set");
  check_point_count(static_cast<std::int64_t>(points.size()));
  check_list(points, "the points'", "build_site_set");
  if constexpr (std::derived_from<Policy, SequentialPolicy>) {
    return on_seq::build_site_set(where, grid, points);
  } else {
    return on_cpu::build_site_set(where, grid, points);
  }
}

/// The same for a coordinate list in a device's memory.
template <DevicePolicy Policy, int D>
PointSites<D, typename Policy::Memory> build_site_set(Policy const& where, Grid<D> const& grid,
                                                      Buffer<Coordinate<D>, typename Policy::Memory> const& points) {
  return on_device::build_site_set(where, grid, points);
}

}  // namespace sparseconv::inline v0_1

#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/index/cached_rulebook.hpp"
#include "sparseconv/index/cpu/octree_level.hpp"
#include "sparseconv/index/device/octree_level.hpp"
#include "sparseconv/index/octree_places.hpp"
#include "sparseconv/index/parent_rows.hpp"
#include "sparseconv/index/seq/octree_level.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/fill.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/grid.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// Writes the place of a child: a body of for_each_index.
template <int D>
struct WritePlace {
  Coordinate<D> const* children;
  std::uint8_t* places;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t child) const {
    places[child] = static_cast<std::uint8_t>(place_in_parent(children[child]));
  }
};

/// Gives a level its parents and their rows, which are kept with the children.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
void add_parents(Policy const& where, OctreeLevel<D, Memory>& level) {
  SiteSet<D, Memory> const& children = level.children;
  KernelGeometry<D> const halving{.kernel_size = 2, .stride = 2};
  Buffer<Row, Memory> rows;
  if constexpr (HostPolicy<Policy> && !std::derived_from<Policy, SequentialPolicy>) {
    auto& cache = children.derived().template get<IndexCache<D, Memory>>(stream_resource(where));
    if (!cache.output_sites(halving, OutputDefinition::floor)) {
      Grid<D> const grid = output_grid(children.grid(), halving, OutputDefinition::floor, "octree_level");
      PointSites<D> found = on_cpu::parents_of(where, children, grid);
      cache.keep(halving, OutputDefinition::floor, found.sites);
      rows = std::move(found.row_of_point);
    }
  }
  level.parents = cached_output_sites(where, children, halving, OutputDefinition::floor);
  if (rows.size() != children.size()) rows = find_parents(where, children, level.parents, ParentCell<D>(2));
  level.parent_rows = keep_parent_rows(where, children, level.parents, PerAxis<D>(2), std::move(rows));
}

/// The level of an octree above a set of sites: their parents at floor(position / 2), which child each of these has, and where each
/// child stands. The parents are those that a pooling of kernel 2, stride 2 and the floor definition leads to: the set is kept with the
/// children, and found again by identity; so are the rows of the parents, for an unpooling onto the children.
///
/// Order:  waits for the result; a device policy for new parents alone.
/// Bits:   the same for every policy.
/// Throws: ShapeError if the set was moved from.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
[[nodiscard]] OctreeLevel<D, Memory> octree_level(Policy const& where, SiteSet<D, Memory> const& children) {
  check_reach<Policy, Memory>();
  static_assert(has_octree_places<D>,
                "octree_level: a cell of more than 5 axes has more children than an occupancy bits");
  OctreeLevel<D, Memory> level{.parents = {}, .children = children, .occupancy = {}, .parent_rows = {}, .places = {}};
  add_parents(where, level);
  level.places = Buffer<std::uint8_t, Memory>(where.memory(), children.size());
  for_each_index(where, children.size(), WritePlace<D>{children.data(), level.places.data()});
  level.occupancy = Buffer<std::uint32_t, Memory>(where.memory(), level.parents.size());
  for_each_index(where, level.parents.size(), Fill<std::uint32_t>{level.occupancy.data(), 0});
  if constexpr (std::derived_from<Policy, SequentialPolicy>) {
    on_seq::add_occupancy(level);
  } else if constexpr (HostPolicy<Policy>) {
    on_cpu::add_occupancy(where, level);
  } else {
    on_device::add_occupancy(where, level);
  }
  return level;
}

/// The grid of the children of a grid's cells: twice the extents, at most 2^31 - 1.
template <int D>
[[nodiscard]] Grid<D> doubled(Grid<D> const& parents) {
  Grid<D> children = parents;
  if (!parents.shape.bounded()) return children;
  PerAxis<D> extents = 1;
  for (int axis = 0; axis < D; ++axis) {
    constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
    extents[axis] = static_cast<std::int32_t>(std::min(2 * std::int64_t{parents.shape[axis]}, most));
  }
  children.shape = extents;
  return children;
}

/// The way back, as a decoder goes it: the children that occupancies say, on their grid. What octree_level gives of children and their
/// grid is what this gives of the parents and occupancies. A parent may have no child.
///
/// Shapes: an occupancy for each parent.
/// Order:  waits for the result, on a device three times: for the number of children, and as build_site_set does.
/// Bits:   the same for every policy.
/// Throws: ShapeError if there are not as many occupancies as parents, or one has bits beyond the children of a cell; CoordinateError
///         if a child is outside the grid, or a parent's children may not fit 32 bits; CapacityError for more than 2^31 - 1 children.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
[[nodiscard]] OctreeLevel<D, Memory> octree_children(Policy const& where, SiteSet<D, Memory> const& parents,
                                                     std::type_identity_t<Buffer<std::uint32_t, Memory>> occupancy,
                                                     Grid<D> const& grid) {
  check_reach<Policy, Memory>();
  static_assert(has_octree_places<D>,
                "octree_children: a cell of more than 5 axes has more children than an occupancy bits");
  check_grid(grid, "octree_children");
  if (occupancy.size() != parents.size()) {
    throw ShapeError(
        {"octree_children: ", occupancy.size(), " occupancies for ", parents.size(), " parents; give one for each"});
  }
  constexpr std::int64_t most = std::int64_t{1} << 30;
  Box<D> const& box = parents.bounding_box();
  for (std::size_t field = 1; !box.empty() && field <= static_cast<std::size_t>(D); ++field) {
    if (box.low[field] >= -most && box.high[field] < most) continue;
    throw CoordinateError({"octree_children: the parents lie from ", box.low[field], " to ", box.high[field],
                           " along axis ", field - 1,
                           "; children of parents outside -2^30 to 2^30 - 1 do not fit 32 bits"});
  }
  OctreeLevel<D, Memory> level{
      .parents = parents, .children = {}, .occupancy = std::move(occupancy), .parent_rows = {}, .places = {}};
  Buffer<Row, Memory> rows = [&] {
    if constexpr (std::derived_from<Policy, SequentialPolicy>) {
      return on_seq::add_children(where, grid, level);
    } else if constexpr (HostPolicy<Policy>) {
      return on_cpu::add_children(where, grid, level);
    } else {
      return on_device::add_children(where, grid, level);
    }
  }();
  level.parent_rows = keep_parent_rows(where, level.children, parents, PerAxis<D>(2), std::move(rows));
  return level;
}

/// The same on a grid of twice the parents' extents.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
[[nodiscard]] OctreeLevel<D, Memory> octree_children(Policy const& where, SiteSet<D, Memory> const& parents,
                                                     std::type_identity_t<Buffer<std::uint32_t, Memory>> occupancy) {
  return octree_children(where, parents, std::move(occupancy), doubled(parents.grid()));
}

}  // namespace sparseconv::inline v0_1

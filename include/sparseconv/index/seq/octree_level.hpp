#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "sparseconv/index/octree_places.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/grid.hpp"

namespace sparseconv::inline v0_1::on_seq {

/// Sets the bits of the children in their parents' occupancies, which are zeros before.
template <int D>
void add_occupancy(OctreeLevel<D>& level) {
  for (std::int64_t child = 0; child < level.children.size(); ++child) {
    level.occupancy[(*level.parent_rows)[child]] |= 1U << level.places[child];
  }
}

/// Adds the children to a level that has parents and occupancies, in plain loops; returns the rows of their parents.
template <int D>
Buffer<Row> add_children(SequentialPolicy const&, Grid<D> const& grid, OctreeLevel<D>& level) {
  struct Child {
    Coordinate<D> site;
    Row parent;
  };
  std::vector<Child> children;
  for (std::int64_t parent = 0; parent < level.parents.size(); ++parent) {
    check_occupancy<D>(parent, level.occupancy[parent], "octree_children");
    for (int place = 0; place < octree_places<D>; ++place) {
      if ((level.occupancy[parent] >> place & 1U) == 0) continue;
      children.push_back({child_at(level.parents.data()[parent], place), static_cast<Row>(parent)});
    }
  }
  std::ranges::sort(children, [](Child const& a, Child const& b) { return a.site < b.site; });
  auto const count = static_cast<std::int64_t>(children.size());
  check_site_count(count, "octree_children");
  Buffer<Coordinate<D>> sites(count);
  Buffer<Row> parent_rows(count);
  level.places = Buffer<std::uint8_t>(count);
  for (std::int64_t row = 0; row < count; ++row) {
    Child const& child = children[static_cast<std::size_t>(row)];
    check_inside(grid, child.site, "octree_children");
    sites[row] = child.site;
    parent_rows[row] = child.parent;
    level.places[row] = static_cast<std::uint8_t>(place_in_parent(child.site));
  }
  level.children = SiteSet<D>(grid, std::move(sites));
  return parent_rows;
}

}  // namespace sparseconv::inline v0_1::on_seq

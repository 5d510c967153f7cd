#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "sparseconv/index/octree_places.hpp"
#include "sparseconv/index/parent_cell.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/policy/host_atomics.hpp"
#include "sparseconv/primitive/device_words.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/build_site_set.hpp"
#include "sparseconv/tensor/grid.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// The parents of sites, on their grid, and the row of each child's: children become points of their parents' cells. That is faster
/// than to make the parents and look them up again.
template <int D>
PointSites<D> parents_of(CpuPolicy const& where, SiteSet<D> const& children, Grid<D> const& grid) {
  ParentCell<D> const cell(2);
  Buffer<Coordinate<D>> cells(where.memory(), children.size());
  for_each_index(where, children.size(),
                 [&](std::int64_t child) { cells[child] = cut<D>(cell.of(children.data()[child])); });
  return sparseconv::build_site_set(where, grid, std::span<Coordinate<D> const>(cells));
}

/// sparseconv::on_seq::add_occupancy on several threads, which may meet at a parent.
template <int D>
void add_occupancy(CpuPolicy const& where, OctreeLevel<D>& level) {
  bool const alone = where.thread_count() == 1;
  Buffer<Row> const& parent_rows = *level.parent_rows;
  for_each_index(where, level.children.size(), [&](std::int64_t child) {
    std::uint32_t& occupancy = level.occupancy[parent_rows[child]];
    std::uint32_t const bit = 1U << level.places[child];
    if (alone) {
      occupancy |= bit;
    } else {
      SharedNumber(occupancy).set_bits(bit);
    }
  });
}

/// sparseconv::on_seq::add_children: listed parent by parent, then brought into order by their keys.
template <int D>
Buffer<Row> add_children(CpuPolicy const& where, Grid<D> const& grid, OctreeLevel<D>& level) {
  std::int64_t const parents = level.parents.size();
  Buffer<std::int64_t> first(where.memory(), parents);  // the children before each parent's
  std::int64_t total = 0;
  for (std::int64_t parent = 0; parent < parents; ++parent) {
    check_occupancy<D>(parent, level.occupancy[parent], "octree_children");
    first[parent] = total;
    total += count_ones(level.occupancy[parent]);
  }
  check_site_count(total, "octree_children");
  Buffer<Coordinate<D>> listed(where.memory(), total);
  Buffer<Row> parent_of_listed(where.memory(), total);
  for_each_index(where, parents, [&](std::int64_t parent) {
    std::int64_t next = first[parent];
    for (std::uint32_t left = level.occupancy[parent]; left != 0; left &= left - 1, ++next) {
      listed[next] = child_at(level.parents.data()[parent], lowest_one(left));
      parent_of_listed[next] = static_cast<Row>(parent);
    }
  });
  auto points = sparseconv::build_site_set(where, grid, std::span<Coordinate<D> const>(listed));
  level.children = std::move(points.sites);
  Buffer<Row> parent_rows(where.memory(), total);
  level.places = Buffer<std::uint8_t>(where.memory(), total);
  for_each_index(where, total, [&](std::int64_t child) {
    parent_rows[child] = parent_of_listed[points.points_by_site[child]];
    level.places[child] = static_cast<std::uint8_t>(place_in_parent(level.children.data()[child]));
  });
  return parent_rows;
}

}  // namespace sparseconv::inline v0_1::on_cpu

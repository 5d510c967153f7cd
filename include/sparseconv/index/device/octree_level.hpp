#pragma once

#include <cstdint>
#include <limits>
#include <utility>

#include "sparseconv/config.hpp"
#include "sparseconv/index/octree_places.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/device_words.hpp"
#include "sparseconv/tensor/build_site_set.hpp"
#include "sparseconv/tensor/grid.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Sets the bit of a child in its parent's occupancy.
template <class Atomics>
struct AddOccupancy {
  Row const* parent_rows;
  std::uint8_t const* places;
  std::uint32_t* occupancy;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t child) const {
    Atomics::set_bits(occupancy[parent_rows[child]], std::uint32_t{1} << places[child]);
  }
};

/// sparseconv::on_seq::add_occupancy. Does not wait.
template <DevicePolicy Policy, int D>
void add_occupancy(Policy const& where, OctreeLevel<D, typename Policy::Memory>& level) {
  where.for_each(level.children.size(), AddOccupancy<typename Policy::Atomics>{
                                            level.parent_rows->data(), level.places.data(), level.occupancy.data()});
}

/// What the host has to know of occupancies.
struct OccupancySummary {
  std::int64_t first_wrong = std::numeric_limits<std::int64_t>::max();
  std::int64_t children = 0;
};

/// Counts the children of a parent, of the list's end none, and notes the first parent that has bits beyond them.
template <int D, class Atomics>
struct CountChildren {
  std::uint32_t const* occupancy;
  std::int64_t parents;
  std::int64_t* counts;
  OccupancySummary* summary;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t parent) const {
    std::uint32_t const bits = parent < parents ? occupancy[parent] : 0;
    if (bits > full_occupancy<D>) Atomics::lower(summary->first_wrong, parent);
    counts[parent] = count_ones(bits);
  }
};

/// Notes how many children there are.
struct NoteChildren {
  std::int64_t const* end;
  OccupancySummary* summary;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t) const { summary->children = *end; }
};

/// Lists the children of a parent.
template <int D>
struct ListChildren {
  Coordinate<D> const* parents;
  std::uint32_t const* occupancy;
  std::int64_t const* first;
  Coordinate<D>* children;
  Row* parent_rows;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t parent) const {
    std::int64_t next = first[parent];
    for (std::uint32_t left = occupancy[parent]; left != 0; left &= left - 1, ++next) {
      children[next] = child_at(parents[parent], lowest_one(left));
      parent_rows[next] = static_cast<Row>(parent);
    }
  }
};

/// Brings the parent of a child to the child's row, and writes its place.
template <int D>
struct PlaceChild {
  Coordinate<D> const* children;
  Row const* listed;
  Row const* parent_of_listed;
  Row* parent_rows;
  std::uint8_t* places;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t child) const {
    parent_rows[child] = parent_of_listed[listed[child]];
    places[child] = static_cast<std::uint8_t>(place_in_parent(children[child]));
  }
};

/// sparseconv::on_seq::add_children. Waits for the number of children, and as build_site_set does.
template <DevicePolicy Policy, int D>
Buffer<Row, typename Policy::Memory> add_children(Policy const& where, Grid<D> const& grid,
                                                  OctreeLevel<D, typename Policy::Memory>& level) {
  using Memory = typename Policy::Memory;
  std::int64_t const parents = level.parents.size();
  OccupancySummary summary;
  Buffer<OccupancySummary, Memory> noted(where.memory(), 1);
  where.copy_to_device(noted.data(), &summary, noted.bytes());
  Buffer<std::int64_t, Memory> first(where.memory(), parents + 1);
  where.for_each(parents + 1, CountChildren<D, typename Policy::Atomics>{level.occupancy.data(), parents, first.data(),
                                                                         noted.data()});
  where.exclusive_sum(first.data(), first.data(), parents + 1);
  where.for_each(1, NoteChildren{first.data() + parents, noted.data()});
  where.copy_to_host(&summary, noted.data(), noted.bytes());
  if (summary.first_wrong < parents) {
    std::uint32_t wrong = 0;
    where.copy_to_host(&wrong, level.occupancy.data() + summary.first_wrong, sizeof(wrong));
    check_occupancy<D>(summary.first_wrong, wrong, "octree_children");
  }
  check_site_count(summary.children, "octree_children");
  Buffer<Coordinate<D>, Memory> listed(where.memory(), summary.children);
  Buffer<Row, Memory> parent_of_listed(where.memory(), summary.children);
  where.for_each(parents, ListChildren<D>{level.parents.data(), level.occupancy.data(), first.data(), listed.data(),
                                          parent_of_listed.data()});
  auto points = sparseconv::build_site_set(where, grid, listed);
  level.children = std::move(points.sites);
  Buffer<Row, Memory> parent_rows(where.memory(), summary.children);
  level.places = Buffer<std::uint8_t, Memory>(where.memory(), summary.children);
  where.for_each(summary.children, PlaceChild<D>{level.children.data(), points.points_by_site.data(),
                                                 parent_of_listed.data(), parent_rows.data(), level.places.data()});
  return parent_rows;
}

}  // namespace sparseconv::inline v0_1::on_device

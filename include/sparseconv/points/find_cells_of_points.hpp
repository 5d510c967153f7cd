#pragma once

#include <concepts>
#include <cstdint>
#include <span>

#include "sparseconv/index/lookup.hpp"
#include "sparseconv/number/arithmetic.hpp"
#include "sparseconv/points/cpu/find_cells_of_points.hpp"
#include "sparseconv/points/placed_points.hpp"
#include "sparseconv/points/write_cells_of_point.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// How many points there are in all items.
template <class Positions>
[[nodiscard]] std::int64_t count_points(std::span<PlacedPoints<Positions> const> items) {
  std::int64_t count = 0;
  for (PlacedPoints<Positions> const& item : items) count += item.count;
  return count;
}

/// Writes the rows of the cells of points, and their weights where a point has several cells: see write_cells_of_point. The points of
/// each item stand behind those of the items before. Cells is CellsAround<D> or a class like it. Operands were checked.
///
/// Order: `seq` and `cpu` wait for the result, a device policy does not.
template <class Cells, ExecutionPolicy Policy, int D, MemorySpace Memory, class Positions, BinaryFloat Number = float>
void find_cells_of_points(Policy const& where, SiteSet<D, Memory> const& sites,
                          std::span<PlacedPoints<Positions> const> items, Row* rows, Number* weights) {
  if constexpr (HostPolicy<Policy> && !std::derived_from<Policy, SequentialPolicy>) {
    std::int64_t const count = count_points(items);
    if (on_cpu::are_found_together<Cells>(sites, count)) {
      on_cpu::find_cells_of_points<Cells>(where, sites, items, count, rows, weights);
      return;
    }
  }
  std::int64_t first = 0;
  for (PlacedPoints<Positions> const& item : items) {
    for_each_index(
        where, item.count,
        WriteCellsOfPoint<D, Cells, Number, Positions>{item, first, {sites.data(), sites.size()}, rows, weights});
    first += item.count;
  }
}

}  // namespace sparseconv::inline v0_1

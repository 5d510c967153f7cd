#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "sparseconv/index/build_rulebook.hpp"
#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/index/rulebook.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/number/arithmetic.hpp"
#include "sparseconv/points/placed_points.hpp"
#include "sparseconv/points/write_cells_of_point.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/cpu/fetch.hpp"
#include "sparseconv/primitive/fill.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/primitive/wide_key.hpp"
#include "sparseconv/tensor/box.hpp"
#include "sparseconv/tensor/build_site_set.hpp"
#include "sparseconv/tensor/coordinate.hpp"
#include "sparseconv/tensor/grid.hpp"
#include "sparseconv/tensor/key_packing.hpp"
#include "sparseconv/tensor/point_sites.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// Where the lowest of a point's cells must be for one of them to have a site: the box of the sites, and of cells around a point also
/// the cells just before it.
template <class Cells, int D>
[[nodiscard]] Box<D> reach_of_cells(SiteSet<D> const& sites) {
  Box<D> box = sites.bounding_box();
  if (Cells::count > 1) {
    for (std::size_t axis = 1; axis < box.low.size(); ++axis) --box.low[axis];
  }
  return box;
}

/// Whether find_cells_of_points can work, and is faster than a bisection for each cell: it goes through all sites, and a bisection
/// takes as long as some fifty of them.
template <class Cells, int D>
[[nodiscard]] bool are_found_together(SiteSet<D> const& sites, std::int64_t points) {
  if (sites.empty() || points * Cells::count < sites.size() / 16) return false;
  Box<D> const box = reach_of_cells<Cells>(sites);
  for (std::int64_t const low : box.low) {
    if (low < std::numeric_limits<std::int32_t>::min()) return false;
  }
  return fits_keys<WideKey>(box);
}

/// What WriteCellsOfPoint does, for many points: the lowest of each point's cells become sites, whose rulebook with a kernel of two
/// cells along each axis has the rows of all cells around. So a cell that many points share is looked for once, by a sweep. The points
/// of all batch items go together, item after item.
template <class Cells, int D, BinaryFloat Number, class Positions>
void find_cells_of_points(CpuPolicy const& where, SiteSet<D> const& sites,
                          std::span<PlacedPoints<Positions> const> items, std::int64_t count, Row* rows,
                          Number* weights) {
  KeyPacking<D, WideKey> const reach(reach_of_cells<Cells>(sites));
  Coordinate<D> const anywhere = sites.data()[0];  // for points out of reach, which are not asked for again
  auto const is_reached = [&](Cells const& cells) { return cells.is_anywhere() && reach.contains(cells.cell(0)); };
  auto const for_each_point = [&](auto const& body) {
    std::int64_t first = 0;
    for (PlacedPoints<Positions> const& item : items) {
      for_each_index(where, item.count,
                     [&](std::int64_t point) { body(first + point, Cells(item.positions(point), item.batch_item)); });
      first += item.count;
    }
  };
  Buffer<Coordinate<D>> lowest(where.memory(), count);
  for_each_point([&](std::int64_t point, Cells const& cells) {
    lowest[point] = is_reached(cells) ? cut<D>(cells.cell(0)) : anywhere;
  });
  PointSites<D> const together = sparseconv::build_site_set(where, Grid<D>{.batch_size = sites.grid().batch_size},
                                                            std::span<Coordinate<D> const>(lowest));
  Rulebook<> const rulebook = sparseconv::build_rulebook(where, sites, together.sites,
                                                         KernelGeometry<D>{.kernel_size = Cells::count > 1 ? 2 : 1});
  Buffer<Row> found(where.memory(), together.sites.size() * Cells::count);
  for_each_index(where, found.size(), Fill<Row>{found.data(), no_row});
  RulebookView<> const pairs = rulebook.view();
  for (std::int64_t k = 0; k < Cells::count; ++k) {
    std::span<Row const> const inputs = pairs.inputs_of(k);
    std::span<Row const> const outputs = pairs.outputs_of(k);
    for_each_index(where, pairs.pair_count(k), [&](std::int64_t i) {
      auto const at = static_cast<std::size_t>(i);
      found[std::int64_t{outputs[at]} * Cells::count + k] = inputs[at];
    });
  }
  auto const rows_of = [&](std::int64_t point) {
    return found.data() + std::int64_t{together.row_of_point[point]} * Cells::count;
  };
  for_each_point([&](std::int64_t point, Cells const& cells) {
    SPARSECONV_FETCH_NEAR(rows_of(std::min(point + 16, count - 1)));  // points lie in another order than their cells
    Row const* const its = rows_of(point);
    bool const reached = is_reached(cells);
    auto const find = [&](int k) { return reached ? its[k] : no_row; };
    write_cells_of_point(cells, find, point, rows, weights);
  });
}

}  // namespace sparseconv::inline v0_1::on_cpu

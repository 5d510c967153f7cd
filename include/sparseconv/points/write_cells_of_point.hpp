#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/index/lookup.hpp"
#include "sparseconv/number/arithmetic.hpp"
#include "sparseconv/points/placed_points.hpp"
#include "sparseconv/primitive/row.hpp"

namespace sparseconv::inline v0_1 {

/// The weight of a cell, or 0 where it has no site: without a branch, which would be mispredicted, as what has a site follows no
/// pattern.
constexpr double weight_if_there(double weight, Row row) {
  static_assert(no_row == -1);
  auto const is_there = ~static_cast<std::uint64_t>(std::int64_t{row} >> 63);  // all bits, or none
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(weight) & is_there);
}

/// Writes the rows of a point's cells and their weights, which are divided by the sum of those that have a site, in the order of the
/// cells. A cell without weight has no row. `all_weights` are those of all points, or none where a point has one cell.
template <class Cells, BinaryFloat Number, class Find>
SPARSECONV_HOST_DEVICE void write_cells_of_point(Cells const& cells, Find const& find, std::int64_t point,
                                                 Row* all_rows, Number* all_weights) {
  Row* const rows = all_rows + point * Cells::count;
  auto own = cells.weights();
  double sum = 0;
  SPARSECONV_UNROLL
  for (int k = 0; k < Cells::count; ++k) {
    double& weight = own[static_cast<std::size_t>(k)];
    Row const row = find(k) | -static_cast<Row>(weight == 0);  // all bits, which no_row has
    rows[k] = row;
    weight = weight_if_there(weight, row);
    sum += weight;
  }
  if constexpr (Cells::count > 1) {
    Number* const weights = all_weights + point * Cells::count;
    double const divisor = sum > 0 ? sum : 1;
    SPARSECONV_UNROLL
    for (int k = 0; k < Cells::count; ++k) {
      auto const weight = static_cast<Number>(own[static_cast<std::size_t>(k)] / divisor);
      weights[k] = weight;
      rows[k] |= -static_cast<Row>(weight == 0);  // it may be too small for its type
    }
  }
}

/// The same by bisection of the sites, for points that have the numbers from `first` on among all: a body of for_each_index. Cells is
/// CellsAround<D> or a class like it.
template <int D, class Cells, BinaryFloat Number, class Positions>
struct WriteCellsOfPoint {
  PlacedPoints<Positions> points;
  std::int64_t first;
  SortedSites<D> sites;
  Row* rows;
  Number* weights;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t point) const {
    Cells const cells(points.positions(point), points.batch_item);
    auto const find = [&](int k) { return cells.is_anywhere() ? sites.find(cells.cell(k)) : no_row; };
    write_cells_of_point(cells, find, first + point, rows, weights);
  }
};

}  // namespace sparseconv::inline v0_1

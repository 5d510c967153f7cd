#pragma once

#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/index/lookup.hpp"
#include "sparseconv/number/arithmetic.hpp"
#include "sparseconv/points/cells_around.hpp"
#include "sparseconv/primitive/row.hpp"

namespace sparseconv::inline v0_1 {

/// Writes the rows of a point's cells and their weights, which are divided by the sum of those that have a site, in the order of the
/// cells. A cell without weight is not looked for.
template <class Cells, BinaryFloat Number, class Find>
SPARSECONV_HOST_DEVICE void write_cells_of_point(Cells const& cells, Find const& find, Row* rows, Number* weights) {
  double sum = 0;
  for (int k = 0; k < Cells::count; ++k) {
    double const weight = cells.weight(k);
    Row const row = weight > 0 ? find(k) : no_row;
    rows[k] = row;
    if (row != no_row) sum += weight;
  }
  if constexpr (Cells::count > 1) {
    for (int k = 0; k < Cells::count; ++k) {
      Number const share = rows[k] == no_row ? Number{0} : static_cast<Number>(cells.weight(k) / sum);
      weights[k] = share;
      if (!(share > 0)) rows[k] = no_row;  // nor one whose weight the type does not hold
    }
  }
}

/// The same by bisection of the sites: a body of for_each_index. Cells is CellsAround<D> or NearestCell<D>.
template <int D, class Cells, BinaryFloat Number, class Positions>
struct WriteCellsOfPoint {
  Positions positions;
  SortedSites<D> sites;
  std::int32_t batch_item;
  Row* rows;
  Number* weights;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t point) const {
    Cells const cells(positions(point), batch_item);
    auto const find = [&](int k) { return sites.find(cells.cell(k)); };
    write_cells_of_point(cells, find, rows + point * Cells::count, weights + point * Cells::count);
  }
};

}  // namespace sparseconv::inline v0_1

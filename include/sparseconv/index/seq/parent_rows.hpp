#pragma once

#include <cstdint>

#include "sparseconv/index/lookup.hpp"
#include "sparseconv/index/parent_cell.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1::on_seq {

/// Writes the row of each child's parent, or no_row.
template <int D>
void find_parents(SiteSet<D> const& children, SiteSet<D> const& parents, ParentCell<D> const& cell, Row* rows) {
  for (std::int64_t child = 0; child < children.size(); ++child) {
    rows[child] = find_by_bisection(parents, cell.of(children.data()[child]));
  }
}

}  // namespace sparseconv::inline v0_1::on_seq

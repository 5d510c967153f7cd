#pragma once

#include <memory>

#include "sparseconv/index/check_one_grid.hpp"
#include "sparseconv/index/kept_rows.hpp"
#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/index/parent_rows.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// The row that each site of a set has in another set, or no_row.
///
/// Shapes: sites N; result N rows of the other set.
/// Order:  `seq` and `cpu` wait for the result; a device policy does not.
/// Bits:   the same for every policy.
/// Work:   as parent_rows: a site is its own parent at stride 1.
/// Throws: ShapeError if the grids have not one batch size and shape.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
[[nodiscard]] Buffer<Row, Memory> matching_rows(Policy const& where, SiteSet<D, Memory> const& sites,
                                                SiteSet<D, Memory> const& other) {
  check_reach<Policy, Memory>();
  check_one_grid(sites.grid(), other.grid(), "matching_rows");
  return find_parents(where, sites, other, ParentCell<D>(1));
}

/// What KeptRows keeps for sites that two sets may share.
struct OfMatches {};

/// matching_rows, computed once and kept with the sites while the other set lives; on a device for each stream apart.
///
/// Throws: what matching_rows throws; ShapeError if the sites were moved from; CudaError during a capture, if they are not there
///         yet.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
std::shared_ptr<Buffer<Row, Memory> const> cached_matching_rows(Policy const& where, SiteSet<D, Memory> const& sites,
                                                                SiteSet<D, Memory> const& other) {
  auto& kept = sites.derived().template get<KeptRows<D, Memory, OfMatches>>(stream_resource(where));
  static constexpr KernelGeometry<D> same_cell{};
  auto rows = kept.rows(other, same_cell);
  if (!rows) {
    refuse_to_keep_while_capturing(where, "cached_matching_rows");
    rows = kept.keep(other, same_cell, matching_rows(where, sites, other));
  }
  return {rows, &rows->rows};
}

}  // namespace sparseconv::inline v0_1

#pragma once

#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/index/check_one_grid.hpp"
#include "sparseconv/index/matching_rows.hpp"
#include "sparseconv/index/select_sites.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// Marks a site that has a row in another set: a body of for_each_index.
struct MarkMatching {
  Row const* rows;
  std::uint8_t* mask;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t site) const { mask[site] = rows[site] == no_row ? 0 : 1; }
};

/// The sites of the first set that are in the second one too, and the rows that they have in the first.
///
/// Order:  waits for the result, on a device once: for the number of sites and their box.
/// Bits:   the same for every policy.
/// Throws: ShapeError if the grids have not one batch size and shape.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
[[nodiscard]] SelectedSites<D, Memory> intersect_sites(Policy const& where, SiteSet<D, Memory> const& a,
                                                       SiteSet<D, Memory> const& b) {
  check_one_grid(a.grid(), b.grid(), "intersect_sites");
  auto const rows = matching_rows(where, a, b);
  Buffer<std::uint8_t, Memory> mask(where.memory(), a.size());
  for_each_index(where, a.size(), MarkMatching{rows.data(), mask.data()});
  return select_sites(where, a, mask);
}

}  // namespace sparseconv::inline v0_1

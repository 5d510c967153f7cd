#pragma once

#include <cstdint>
#include <string_view>

#include "sparseconv/error.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/memory_space.hpp"
#include "sparseconv/policy/is_for_calls.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// Some sites of a set, in its order and on its grid, and the way back to the rows that they have there. A selection keeps the set that
/// it came from alive, with all that was derived from that; the selected sites by themselves do not.
template <int D, MemorySpace Memory = HostMemory>
struct SelectedSites {
  SiteSet<D, Memory> of;     ///< the set that they were selected from
  SiteSet<D, Memory> sites;  ///< the selected ones, a set of its own
  Buffer<Row, Memory> rows;  ///< of each selected site, its row in `of`; rising
};

/// A selection stands in calls of tensors.
template <int D, MemorySpace Memory>
inline constexpr bool is_for_calls<SelectedSites<D, Memory>> = true;
/// A mask, such as mask_above and mask_largest make, is one too.
template <MemorySpace Memory>
inline constexpr bool is_for_calls<Buffer<std::uint8_t, Memory>> = true;

/// Throws: ShapeError unless a mask has a mark for each site.
inline void check_mask(std::int64_t marks, std::int64_t sites, std::string_view call) {
  if (marks == sites) return;
  throw ShapeError({call, ": the mask has ", marks, " marks for ", sites, " sites; give one for each"});
}

}  // namespace sparseconv::inline v0_1

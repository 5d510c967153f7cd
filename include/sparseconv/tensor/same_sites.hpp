#pragma once

#include <algorithm>

#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/copy_to.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// Whether two sets have the same sites in grids of one batch size and shape; their identity does not matter.
///
/// Order: waits where the sets are not one; a device policy copies both lists to the host then.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
bool same_sites(Policy const& where, SiteSet<D, Memory> const& a, SiteSet<D, Memory> const& b) {
  if (a.is(b)) return true;
  if (a.size() != b.size() || a.grid() != b.grid()) return false;
  if constexpr (Memory::host_reads) {
    return std::ranges::equal(a.coordinates(), b.coordinates());
  } else {
    return std::ranges::equal(copy_to_host(where, a.data(), a.size()), copy_to_host(where, b.data(), b.size()));
  }
}

}  // namespace sparseconv::inline v0_1

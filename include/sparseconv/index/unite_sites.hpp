#pragma once

#include <concepts>

#include "sparseconv/index/check_one_grid.hpp"
#include "sparseconv/index/cpu/unite_sites.hpp"
#include "sparseconv/index/device/unite_sites.hpp"
#include "sparseconv/index/seq/unite_sites.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// The sites that are in one of two sets or in both, as a new set: each call makes one.
///
/// Order:  waits for the result, on a device as build_site_set does: twice.
/// Bits:   the same for every policy.
/// Work:   `seq` and `cpu` merge the two lists; a device sorts both.
/// Throws: ShapeError if the grids have not one batch size and shape; CapacityError for more than 2^31 - 1 sites, which a device
///         counts in both lists together, and on a device if their coordinates need more than 127 bits.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
[[nodiscard]] SiteSet<D, Memory> unite_sites(Policy const& where, SiteSet<D, Memory> const& a,
                                             SiteSet<D, Memory> const& b) {
  check_reach<Policy, Memory>();
  check_one_grid(a.grid(), b.grid(), "unite_sites");
  if constexpr (std::derived_from<Policy, SequentialPolicy>) {
    return on_seq::unite_sites(where, a, b);
  } else if constexpr (HostPolicy<Policy>) {
    // The longer list is cut into stretches: it is not empty unless both are.
    return a.size() < b.size() ? on_cpu::unite_sites(where, b, a) : on_cpu::unite_sites(where, a, b);
  } else {
    return on_device::unite_sites(where, a, b);
  }
}

}  // namespace sparseconv::inline v0_1

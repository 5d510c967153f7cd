#pragma once

#include <cstdint>
#include <string>

#include "sparseconv/error.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/copy_to.hpp"
#include "sparseconv/tensor/grid.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// Whether two sets have the same sites in grids of one batch size and shape; their identity does not matter.
///
/// Order: waits where the sets are not one; a device policy copies both lists to the host then.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
bool same_sites(Policy const& where, SiteSet<D, Memory> const& a, SiteSet<D, Memory> const& b) {
  if (a.is(b)) return true;
  if (a.size() != b.size() || a.grid() != b.grid()) return false;
  auto const equal = [&](auto const& list, auto const& other) {
    for (std::int64_t i = 0; i < a.size(); ++i) {
      if (list[i] != other[i]) return false;
    }
    return true;
  };
  if constexpr (Memory::host_reads) {
    return equal(a.data(), b.data());
  } else {
    return equal(copy_to_host(where, a.data(), a.size()), copy_to_host(where, b.data(), b.size()));
  }
}

/// What a message of two sets that are not the same adds where the number of sites does not show it: their grids.
template <int D, MemorySpace Memory>
std::string how_grids_differ(SiteSet<D, Memory> const& a, SiteSet<D, Memory> const& b) {
  if (a.size() != b.size() || a.grid() == b.grid()) return {};
  auto const said = [](Grid<D> const& grid) {
    return error_message({"shape ", to_string(grid.shape), ", batch_size ", grid.batch_size});
  };
  return error_message({" (their grids differ: ", said(a.grid()), ", and ", said(b.grid()), ")"});
}

}  // namespace sparseconv::inline v0_1

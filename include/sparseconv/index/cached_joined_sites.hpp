#pragma once

#include <memory>

#include "sparseconv/index/intersect_sites.hpp"
#include "sparseconv/index/site_join.hpp"
#include "sparseconv/index/unite_sites.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/kept_sites.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// What the sites that a set was joined to are kept under. The other set is not kept alive.
struct JoinedWith {
  std::weak_ptr<void const> other;
  SiteJoin join;

  [[nodiscard]] bool is(JoinedWith const& asked) const {
    return join == asked.join && same_identity(other, asked.other);
  }
  [[nodiscard]] bool ended() const { return other.expired(); }
};

/// unite_sites or intersect_sites, computed once and kept with the first set while the second one lives: the same question gives the
/// same set, by identity. On a device that is so for each stream apart. A set joined with itself is that set.
///
/// Throws: what those throw; ShapeError if the first set was moved from; CudaError during a capture, if they are not there yet.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
SiteSet<D, Memory> cached_joined_sites(Policy const& where, SiteSet<D, Memory> const& a, SiteSet<D, Memory> const& b,
                                       SiteJoin join) {
  check_reach<Policy, Memory>();
  auto& kept = a.derived().template get<KeptSites<JoinedWith, D, Memory>>(stream_resource(where));
  if (a.is(b)) return a;  // a set that kept itself would never be freed
  JoinedWith const key{b.identity(), join};
  if (auto const sites = kept.sites(key)) return *sites;
  refuse_to_keep_while_capturing(where, "cached_joined_sites");
  return kept.keep(key, join == SiteJoin::unite ? unite_sites(where, a, b) : intersect_sites(where, a, b).sites);
}

}  // namespace sparseconv::inline v0_1

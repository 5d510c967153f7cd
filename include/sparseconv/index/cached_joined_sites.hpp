#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "sparseconv/index/index_cache.hpp"
#include "sparseconv/index/intersect_sites.hpp"
#include "sparseconv/index/site_join.hpp"
#include "sparseconv/index/unite_sites.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/derived_store.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// What a set was joined to with other sets, as it keeps it: by the identity of the other set, which it does not keep alive.
template <int D, MemorySpace Memory>
class KeptJoinedSites final : public Derived {
 public:
  [[nodiscard]] std::optional<SiteSet<D, Memory>> sites(SiteSet<D, Memory> const& other, SiteJoin join) const {
    std::scoped_lock lock(mutex_);
    return find(other, join);
  }

  /// Keeps what was made, unless another thread was faster; returns what is kept. What was joined with sets that have ended goes.
  SiteSet<D, Memory> keep(SiteSet<D, Memory> const& other, SiteJoin join, SiteSet<D, Memory> const& sites) {
    std::scoped_lock lock(mutex_);
    std::erase_if(kept_, [](Joined const& joined) { return joined.other.expired(); });
    if (auto const found = find(other, join)) return *found;
    kept_.push_back({other.identity(), join, sites});
    return sites;
  }

  [[nodiscard]] std::int64_t bytes() const override {
    std::scoped_lock lock(mutex_);
    std::int64_t sum = 0;
    for (Joined const& joined : kept_) sum += joined.sites.bytes();
    return sum;
  }
  [[nodiscard]] std::vector<std::shared_ptr<DerivedStore const>> further() const override {
    std::scoped_lock lock(mutex_);
    std::vector<std::shared_ptr<DerivedStore const>> stores;
    for (Joined const& joined : kept_) stores.push_back(joined.sites.shared_derived());
    return stores;
  }
  void release() override {
    std::scoped_lock lock(mutex_);
    kept_.clear();
  }

 private:
  struct Joined {
    std::weak_ptr<void const> other;
    SiteJoin join;
    SiteSet<D, Memory> sites;
  };

  [[nodiscard]] std::optional<SiteSet<D, Memory>> find(SiteSet<D, Memory> const& other, SiteJoin join) const {
    for (Joined const& joined : kept_) {
      if (joined.join == join && has_identity(joined.other, other)) return joined.sites;
    }
    return std::nullopt;
  }

  mutable std::mutex mutex_;
  std::vector<Joined> kept_;
};

/// unite_sites or intersect_sites, computed once and kept with the first set while the second one lives: the same question gives the
/// same set, by identity. On a device that is so for each stream apart. A set joined with itself is that set.
///
/// Throws: what those throw; ShapeError if the first set was moved from; CudaError during a capture, if they are not there yet.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
SiteSet<D, Memory> cached_joined_sites(Policy const& where, SiteSet<D, Memory> const& a, SiteSet<D, Memory> const& b,
                                       SiteJoin join) {
  check_reach<Policy, Memory>();
  auto& kept = a.derived().template get<KeptJoinedSites<D, Memory>>(stream_resource(where));
  if (a.is(b)) return a;  // a set that kept itself would never be freed
  if (auto const sites = kept.sites(b, join)) return *sites;
  refuse_to_keep_while_capturing(where, "cached_joined_sites");
  return kept.keep(b, join, join == SiteJoin::unite ? unite_sites(where, a, b) : intersect_sites(where, a, b).sites);
}

}  // namespace sparseconv::inline v0_1

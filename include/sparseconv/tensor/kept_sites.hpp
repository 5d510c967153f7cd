#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "sparseconv/tensor/derived_store.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// Site sets that were made of a set, as it keeps them by keys. A key tells whether it `is` another, and whether it has `ended`: then
/// nobody can ask for it again, and what was kept under it goes.
template <class Key, int D, MemorySpace Memory>
class KeptSites final : public Derived {
 public:
  [[nodiscard]] std::optional<SiteSet<D, Memory>> sites(Key const& key) const {
    std::scoped_lock lock(mutex_);
    return find(key);
  }

  /// Keeps what was made, unless another thread was faster; returns what is kept.
  SiteSet<D, Memory> keep(Key const& key, SiteSet<D, Memory> const& sites) {
    std::scoped_lock lock(mutex_);
    std::erase_if(kept_, [](Kept const& kept) { return kept.key.ended(); });
    if (auto const found = find(key)) return *found;
    kept_.push_back({key, sites});
    return sites;
  }

  [[nodiscard]] std::int64_t bytes() const override {
    std::scoped_lock lock(mutex_);
    std::int64_t sum = 0;
    for (Kept const& kept : kept_) sum += kept.sites.bytes();
    return sum;
  }
  [[nodiscard]] std::vector<std::shared_ptr<DerivedStore const>> further() const override {
    std::scoped_lock lock(mutex_);
    std::vector<std::shared_ptr<DerivedStore const>> stores;
    for (Kept const& kept : kept_) stores.push_back(kept.sites.shared_derived());
    return stores;
  }
  void release() override {
    std::scoped_lock lock(mutex_);
    kept_.clear();
  }

 private:
  struct Kept {
    Key key;
    SiteSet<D, Memory> sites;
  };

  [[nodiscard]] std::optional<SiteSet<D, Memory>> find(Key const& key) const {
    for (Kept const& kept : kept_) {
      if (kept.key.is(key)) return kept.sites;
    }
    return std::nullopt;
  }

  mutable std::mutex mutex_;
  std::vector<Kept> kept_;
};

}  // namespace sparseconv::inline v0_1

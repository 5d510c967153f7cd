#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "sparseconv/index/hash_table.hpp"
#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/index/output_grid.hpp"
#include "sparseconv/index/rulebook.hpp"
#include "sparseconv/tensor/derived_store.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv {

/// What a site set keeps for the layers that start from it: its hash table, output sites and rulebooks.
///
/// Output sites are found again by the whole geometry and the definition, rulebooks by the geometry and the identity of
/// the target set. Generated outputs are kept alive, targets of rulebooks are not: sets never own one another in a
/// circle.
template <int D>
class IndexCache final : public Derived {
 public:
  [[nodiscard]] std::shared_ptr<HashTable<D> const> hash_table() const {
    std::scoped_lock lock(mutex_);
    return hash_table_;
  }

  [[nodiscard]] std::optional<SiteSet<D>> output_sites(KernelGeometry<D> const& geometry,
                                                       OutputDefinition definition) const {
    std::scoped_lock lock(mutex_);
    for (Outputs const& kept : outputs_) {
      if (kept.geometry == geometry && kept.definition == definition) return kept.sites;
    }
    return std::nullopt;
  }

  [[nodiscard]] std::shared_ptr<Rulebook const> rulebook(SiteSet<D> const& target,
                                                         KernelGeometry<D> const& geometry) const {
    std::scoped_lock lock(mutex_);
    for (Rules const& kept : rulebooks_) {
      if (kept.geometry == geometry && same(kept.target, target)) return kept.rulebook;
    }
    return nullptr;
  }

  /// Keeps what was built, unless another thread was faster; returns what is kept.
  std::shared_ptr<HashTable<D> const> keep(HashTable<D> table) {
    auto built = std::make_shared<HashTable<D> const>(std::move(table));
    std::scoped_lock lock(mutex_);
    if (!hash_table_) hash_table_ = std::move(built);
    return hash_table_;
  }

  SiteSet<D> keep(KernelGeometry<D> const& geometry, OutputDefinition definition, SiteSet<D> const& sites) {
    std::scoped_lock lock(mutex_);
    for (Outputs const& kept : outputs_) {
      if (kept.geometry == geometry && kept.definition == definition) return kept.sites;
    }
    outputs_.push_back({geometry, definition, sites});
    return sites;
  }

  std::shared_ptr<Rulebook const> keep(SiteSet<D> const& target, KernelGeometry<D> const& geometry, Rulebook rulebook) {
    auto built = std::make_shared<Rulebook const>(std::move(rulebook));
    std::scoped_lock lock(mutex_);
    std::erase_if(rulebooks_, [](Rules const& kept) { return kept.target.expired(); });
    for (Rules const& kept : rulebooks_) {
      if (kept.geometry == geometry && same(kept.target, target)) return kept.rulebook;
    }
    rulebooks_.push_back({target.identity(), geometry, built});
    return built;
  }

  /// With the memory of the generated output sites and of what was derived from those in turn.
  [[nodiscard]] std::int64_t bytes() const override {
    std::scoped_lock lock(mutex_);
    std::int64_t sum = hash_table_ ? hash_table_->bytes() : 0;
    for (Outputs const& kept : outputs_) sum += kept.sites.bytes() + kept.sites.derived_bytes();
    for (Rules const& kept : rulebooks_) sum += kept.rulebook->bytes();
    return sum;
  }

  void release() override {
    std::scoped_lock lock(mutex_);
    hash_table_.reset();
    outputs_.clear();
    rulebooks_.clear();
  }

 private:
  struct Outputs {
    KernelGeometry<D> geometry;
    OutputDefinition definition;
    SiteSet<D> sites;
  };
  struct Rules {
    std::weak_ptr<void const> target;
    KernelGeometry<D> geometry;
    std::shared_ptr<Rulebook const> rulebook;
  };

  // By owner: it stays true to one set even when another has come to stand at the same address.
  static bool same(std::weak_ptr<void const> const& kept, SiteSet<D> const& sites) {
    auto const identity = sites.identity();
    return !kept.owner_before(identity) && !identity.owner_before(kept);
  }

  mutable std::mutex mutex_;
  std::shared_ptr<HashTable<D> const> hash_table_;
  std::vector<Outputs> outputs_;
  std::vector<Rules> rulebooks_;
};

/// The hash table of a site set: built once, kept with the set.
template <ExecutionPolicy Policy, int D>
std::shared_ptr<HashTable<D> const> cached_hash_table(Policy const& where, SiteSet<D> const& sites) {
  auto& cache = sites.derived().template get<IndexCache<D>>();
  auto kept = cache.hash_table();
  return kept ? kept : cache.keep(build_hash_table(where, sites));
}

}  // namespace sparseconv

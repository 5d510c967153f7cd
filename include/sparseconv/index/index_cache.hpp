#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "sparseconv/index/hash_table.hpp"
#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/index/output_grid.hpp"
#include "sparseconv/index/row_map.hpp"
#include "sparseconv/index/rulebook.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/tensor/derived_store.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// Maps (rulebooks or row maps) from one site set, by their target set and geometry. Who calls holds a lock.
template <int D, MemorySpace Memory, class Map>
class MapsByTarget {
 public:
  [[nodiscard]] std::shared_ptr<Map const> find(SiteSet<D, Memory> const& target,
                                                KernelGeometry<D> const& geometry) const {
    for (Kept const& kept : kept_) {
      if (kept.geometry == geometry && same_identity(kept.target, target.identity())) return kept.map;
    }
    return nullptr;
  }

  /// Keeps the map unless there is one; returns what is kept. Maps whose target has ended go.
  std::shared_ptr<Map const> keep(SiteSet<D, Memory> const& target, KernelGeometry<D> const& geometry,
                                  std::shared_ptr<Map const> map) {
    std::erase_if(kept_, [](Kept const& kept) { return kept.target.expired(); });
    if (auto found = find(target, geometry)) return found;
    kept_.push_back({target.identity(), geometry, map});
    return map;
  }

  [[nodiscard]] std::int64_t bytes() const {
    std::int64_t sum = 0;
    for (Kept const& kept : kept_) sum += kept.map->bytes();
    return sum;
  }

  void clear() { kept_.clear(); }

 private:
  struct Kept {
    std::weak_ptr<void const> target;
    KernelGeometry<D> geometry;
    std::shared_ptr<Map const> map;
  };

  std::vector<Kept> kept_;
};

/// What a site set keeps for the layers that start from it: its hash table, output sites, rulebooks and row maps.
///
/// Output sites are found again by the whole geometry and the definition, maps by the geometry and the identity of the
/// target set. Generated outputs are kept alive, targets of maps are not: sets never own one another in a circle.
template <int D, MemorySpace Memory = HostMemory>
class IndexCache final : public Derived {
 public:
  [[nodiscard]] std::shared_ptr<HashTable<D, Memory> const> hash_table() const {
    std::scoped_lock lock(mutex_);
    return hash_table_;
  }

  [[nodiscard]] std::optional<SiteSet<D, Memory>> output_sites(KernelGeometry<D> const& geometry,
                                                               OutputDefinition definition) const {
    std::scoped_lock lock(mutex_);
    for (Outputs const& kept : outputs_) {
      if (kept.geometry == geometry && kept.definition == definition) return kept.sites;
    }
    return std::nullopt;
  }

  [[nodiscard]] std::shared_ptr<Rulebook<Memory> const> rulebook(SiteSet<D, Memory> const& target,
                                                                 KernelGeometry<D> const& geometry) const {
    std::scoped_lock lock(mutex_);
    return rulebooks_.find(target, geometry);
  }

  [[nodiscard]] std::shared_ptr<RowMap<Memory> const> row_map(SiteSet<D, Memory> const& target,
                                                              KernelGeometry<D> const& geometry) const {
    std::scoped_lock lock(mutex_);
    return row_maps_.find(target, geometry);
  }

  /// Keeps what was built, unless another thread was faster; returns what is kept.
  std::shared_ptr<HashTable<D, Memory> const> keep(HashTable<D, Memory> table) {
    auto built = std::make_shared<HashTable<D, Memory> const>(std::move(table));
    std::scoped_lock lock(mutex_);
    if (!hash_table_) hash_table_ = std::move(built);
    return hash_table_;
  }

  SiteSet<D, Memory> keep(KernelGeometry<D> const& geometry, OutputDefinition definition,
                          SiteSet<D, Memory> const& sites) {
    std::scoped_lock lock(mutex_);
    for (Outputs const& kept : outputs_) {
      if (kept.geometry == geometry && kept.definition == definition) return kept.sites;
    }
    outputs_.push_back({geometry, definition, sites});
    return sites;
  }

  std::shared_ptr<Rulebook<Memory> const> keep(SiteSet<D, Memory> const& target, KernelGeometry<D> const& geometry,
                                               Rulebook<Memory> rulebook) {
    auto built = std::make_shared<Rulebook<Memory> const>(std::move(rulebook));
    std::scoped_lock lock(mutex_);
    return rulebooks_.keep(target, geometry, std::move(built));
  }

  std::shared_ptr<RowMap<Memory> const> keep(SiteSet<D, Memory> const& target, KernelGeometry<D> const& geometry,
                                             RowMap<Memory> map) {
    auto built = std::make_shared<RowMap<Memory> const>(std::move(map));
    std::scoped_lock lock(mutex_);
    return row_maps_.keep(target, geometry, std::move(built));
  }

  /// With the memory of the generated output sites, without what was derived from those in turn.
  [[nodiscard]] std::int64_t bytes() const override {
    std::scoped_lock lock(mutex_);
    std::int64_t sum = (hash_table_ ? hash_table_->bytes() : 0) + rulebooks_.bytes() + row_maps_.bytes();
    for (Outputs const& kept : outputs_) sum += kept.sites.bytes();
    return sum;
  }
  [[nodiscard]] std::vector<std::shared_ptr<DerivedStore const>> further() const override {
    std::scoped_lock lock(mutex_);
    std::vector<std::shared_ptr<DerivedStore const>> stores;
    for (Outputs const& kept : outputs_) stores.push_back(kept.sites.shared_derived());
    return stores;
  }

  void release() override {
    std::scoped_lock lock(mutex_);
    hash_table_.reset();
    outputs_.clear();
    rulebooks_.clear();
    row_maps_.clear();
  }

 private:
  struct Outputs {
    KernelGeometry<D> geometry;
    OutputDefinition definition;
    SiteSet<D, Memory> sites;
  };

  mutable std::mutex mutex_;
  std::shared_ptr<HashTable<D, Memory> const> hash_table_;
  std::vector<Outputs> outputs_;
  MapsByTarget<D, Memory, Rulebook<Memory>> rulebooks_;
  MapsByTarget<D, Memory, RowMap<Memory>> row_maps_;
};

/// The hash table of a site set: built once, kept with the set.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
std::shared_ptr<HashTable<D, Memory> const> cached_hash_table(Policy const& where, SiteSet<D, Memory> const& sites) {
  auto& cache = sites.derived().template get<IndexCache<D, Memory>>(stream_resource(where));
  if (auto kept = cache.hash_table()) return kept;
  refuse_to_keep_while_capturing(where, "cached_hash_table");
  return cache.keep(build_hash_table(where, sites));
}

}  // namespace sparseconv::inline v0_1

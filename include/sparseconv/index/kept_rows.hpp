#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

#include "sparseconv/index/index_cache.hpp"
#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/tensor/derived_store.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// For each site of a set a row of another set, as the first keeps them, by the other's identity and a geometry. `Of` tells what
/// the rows mean: lists of another meaning are kept apart.
template <int D, MemorySpace Memory, class Of>
class KeptRows final : public Derived {
 public:
  /// One row a site.
  struct Rows {
    Buffer<Row, Memory> rows;
    [[nodiscard]] std::int64_t bytes() const { return rows.bytes(); }
  };

  [[nodiscard]] std::shared_ptr<Rows const> rows(SiteSet<D, Memory> const& other,
                                                 KernelGeometry<D> const& geometry) const {
    std::scoped_lock lock(mutex_);
    return maps_.find(other, geometry);
  }

  /// Keeps what was found, unless another thread was faster; returns what is kept.
  std::shared_ptr<Rows const> keep(SiteSet<D, Memory> const& other, KernelGeometry<D> const& geometry,
                                   Buffer<Row, Memory> found) {
    auto made = std::make_shared<Rows const>(Rows{std::move(found)});
    std::scoped_lock lock(mutex_);
    return maps_.keep(other, geometry, std::move(made));
  }

  [[nodiscard]] std::int64_t bytes() const override {
    std::scoped_lock lock(mutex_);
    return maps_.bytes();
  }
  void release() override {
    std::scoped_lock lock(mutex_);
    maps_.clear();
  }

 private:
  mutable std::mutex mutex_;
  MapsByTarget<D, Memory, Rows> maps_;
};

}  // namespace sparseconv::inline v0_1

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <typeindex>
#include <typeinfo>
#include <utility>

namespace sparseconv::inline v0_1 {

/// What a higher floor keeps with a site set, under a type of its own. Reading and adding from several threads must be
/// safe.
class Derived {
 public:
  Derived() = default;
  Derived(Derived const&) = delete;
  Derived& operator=(Derived const&) = delete;
  virtual ~Derived() = default;

  [[nodiscard]] virtual std::int64_t bytes() const = 0;
  virtual void release() = 0;
};

/// One object for each type that was asked for; the owner of the store does not know the types.
///
/// A device has one for each of its memory resources, and so for each stream: what was derived on another stream might not be
/// there yet. The store shares in the resource's life.
class DerivedStore {
 public:
  /// The store's object of a type, made when first asked for. Safe from several threads.
  template <class Kept>
  Kept& get(std::shared_ptr<void const> const& resource = nullptr) {
    std::scoped_lock lock(mutex_);
    std::unique_ptr<Derived>& kept = kept_[{std::type_index(typeid(Kept)), resource}];
    if (!kept) kept = std::make_unique<Kept>();
    return static_cast<Kept&>(*kept);
  }

  [[nodiscard]] std::int64_t bytes() const {
    std::scoped_lock lock(mutex_);
    std::int64_t sum = 0;
    for (auto const& [key, kept] : kept_) sum += kept->bytes();
    return sum;
  }

  void release() {
    std::scoped_lock lock(mutex_);
    for (auto& [key, kept] : kept_) kept->release();
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::type_index, std::shared_ptr<void const>>, std::unique_ptr<Derived>> kept_;
};

}  // namespace sparseconv::inline v0_1

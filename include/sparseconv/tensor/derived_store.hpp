#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace sparseconv::inline v0_1 {

class DerivedStore;

/// Whether two identities are of one set, see SiteSet::identity. By owner: it stays true to one set even when another has come to
/// stand at the same address.
[[nodiscard]] inline bool same_identity(std::weak_ptr<void const> const& a, std::weak_ptr<void const> const& b) {
  return !a.owner_before(b) && !b.owner_before(a);
}

/// What a higher floor keeps with a site set, under a type of its own. Reading and adding from several threads must be
/// safe.
class Derived {
 public:
  Derived() = default;
  Derived(Derived const&) = delete;
  Derived& operator=(Derived const&) = delete;
  virtual ~Derived() = default;

  /// Memory of what is kept, in bytes, without what the stores of further() hold.
  [[nodiscard]] virtual std::int64_t bytes() const = 0;
  /// The stores of sets that are kept here.
  [[nodiscard]] virtual std::vector<std::shared_ptr<DerivedStore const>> further() const { return {}; }
  virtual void release() = 0;

 private:
  friend class DerivedStore;

  void const* type_ = nullptr;  ///< the address of its tag
  std::shared_ptr<void const> resource_;
  Derived* next_ = nullptr;
};

/// One object for each type that was asked for; the owner of the store does not know the types.
///
/// A device has one for each of its memory resources, and so for each stream: what was derived on another stream might not be
/// there yet. The store shares in the resource's life.
///
/// Stores may follow one another in chains of any length: a set keeps the sets that it led to, and those what they led to. They
/// end one after another, not one inside another.
class DerivedStore {
 public:
  DerivedStore() = default;
  DerivedStore(DerivedStore const&) = delete;
  DerivedStore& operator=(DerivedStore const&) = delete;
  ~DerivedStore() { end(first_); }

  /// The store's object of a type, made when first asked for. Safe from several threads.
  template <class Kept>
  Kept& get(std::shared_ptr<void const> const& resource = nullptr) {
    std::scoped_lock lock(mutex_);
    for (Derived* kept = first_; kept != nullptr; kept = kept->next_) {
      if (kept->type_ == &tag<Kept> && kept->resource_ == resource) return static_cast<Kept&>(*kept);
    }
    auto made = std::make_unique<Kept>();
    made->type_ = &tag<Kept>;
    made->resource_ = resource;
    made->next_ = std::exchange(first_, made.get());
    return *made.release();
  }

  /// Memory of what is kept, in bytes, with what the stores of sets that are kept here hold in turn.
  [[nodiscard]] std::int64_t bytes() const {
    std::vector<std::shared_ptr<DerivedStore const>> further;
    std::int64_t sum = add_bytes(further);
    while (!further.empty()) {
      auto const store = std::move(further.back());
      further.pop_back();
      sum += store->add_bytes(further);
    }
    return sum;
  }

  void release() {
    std::scoped_lock lock(mutex_);
    for (Derived* kept = first_; kept != nullptr; kept = kept->next_) kept->release();
  }

 private:
  /// Its address tells a type, in programs without type information too. It can be written, as linkers may put constants of one
  /// value in one place. Shared libraries that hide their symbols have tags of their own, and so keep what they derive apart.
  template <class Kept>
  static inline char tag = 0;

  /// The memory of what is kept; appends the stores further on.
  std::int64_t add_bytes(std::vector<std::shared_ptr<DerivedStore const>>& further) const {
    std::scoped_lock lock(mutex_);
    std::int64_t sum = 0;
    for (Derived const* kept = first_; kept != nullptr; kept = kept->next_) {
      sum += kept->bytes();
      for (auto& store : kept->further()) further.push_back(std::move(store));
    }
    return sum;
  }

  /// Deletes a list, and what is added to that of this thread meanwhile, because stores end with what is deleted.
  static void end(Derived* list) {
    thread_local Derived* ending = nullptr;
    thread_local bool busy = false;
    while (list != nullptr) {
      Derived* const next = std::exchange(list->next_, ending);
      ending = std::exchange(list, next);
    }
    if (busy) return;
    busy = true;
    while (ending != nullptr) {
      std::unique_ptr<Derived> const ended(ending);
      ending = ended->next_;
    }
    busy = false;
  }

  mutable std::mutex mutex_;
  Derived* first_ = nullptr;
};

}  // namespace sparseconv::inline v0_1

#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <new>

#include "sparseconv/memory/memory_pool.hpp"

namespace sparseconv::inline v0_1 {

/// Lets standard containers and shared pointers take their memory from a pool; from the system where there is none.
///
/// It does not keep the pool alive: what is left when the pool ends goes back to the system.
template <class T>
class PoolAllocator {
 public:
  using value_type = T;

  explicit PoolAllocator(std::shared_ptr<MemoryPool> const& memory) noexcept : memory_(memory) {}
  PoolAllocator(PoolAllocator const&) noexcept = default;  // and no move, which would leave one without its pool
  PoolAllocator& operator=(PoolAllocator const&) noexcept = default;
  ~PoolAllocator() = default;
  template <class Other>
  PoolAllocator(PoolAllocator<Other> const& other) noexcept : memory_(other.memory()) {}  // NOLINT: as allocators are

  [[nodiscard]] T* allocate(std::size_t count) {
    if (count > std::numeric_limits<std::size_t>::max() / sizeof(T)) throw std::bad_array_new_length();
    std::size_t const bytes = count * sizeof(T);
    if (auto const pool = memory_.lock()) return static_cast<T*>(pool->take_exactly(bytes).data);
    return static_cast<T*>(::operator new(bytes, std::align_val_t(alignment)));
  }
  void deallocate(T* data, std::size_t count) noexcept {
    if (auto const pool = memory_.lock()) return pool->give_back({data, MemoryPool::block_size(count * sizeof(T))});
    ::operator delete(data, std::align_val_t(alignment));  // a pool has its blocks from there, too
  }

  [[nodiscard]] std::weak_ptr<MemoryPool> const& memory() const noexcept { return memory_; }
  template <class Other>
  friend bool operator==(PoolAllocator const& a, PoolAllocator<Other> const& b) noexcept {
    return !a.memory().owner_before(b.memory()) && !b.memory().owner_before(a.memory());
  }

 private:
  static constexpr std::size_t alignment = MemoryPool::alignment;
  static_assert(alignof(T) <= alignment);

  std::weak_ptr<MemoryPool> memory_;
};

}  // namespace sparseconv::inline v0_1

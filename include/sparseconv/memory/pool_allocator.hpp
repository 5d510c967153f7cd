#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <new>
#include <utility>

#include "sparseconv/memory/memory_pool.hpp"

namespace sparseconv::inline v0_1 {

/// Lets standard containers and shared pointers take their memory from a pool; from the system where there is none.
template <class T>
class PoolAllocator {
 public:
  using value_type = T;

  explicit PoolAllocator(std::shared_ptr<MemoryPool> memory) noexcept : memory_(std::move(memory)) {}
  template <class Other>
  PoolAllocator(PoolAllocator<Other> const& other) noexcept : memory_(other.memory()) {}  // NOLINT: as allocators are

  [[nodiscard]] T* allocate(std::size_t count) {
    if (count > std::numeric_limits<std::size_t>::max() / sizeof(T)) throw std::bad_array_new_length();
    std::size_t const bytes = count * sizeof(T);
    if (!memory_) return static_cast<T*>(::operator new(bytes, std::align_val_t(alignment)));
    return static_cast<T*>(memory_->take_exactly(bytes).data);
  }
  void deallocate(T* data, std::size_t count) noexcept {
    if (!memory_) return ::operator delete(data, std::align_val_t(alignment));
    memory_->give_back({data, MemoryPool::block_size(count * sizeof(T))});
  }

  [[nodiscard]] std::shared_ptr<MemoryPool> const& memory() const noexcept { return memory_; }
  template <class Other>
  friend bool operator==(PoolAllocator const& a, PoolAllocator<Other> const& b) noexcept {
    return a.memory() == b.memory();
  }

 private:
  static constexpr std::size_t alignment = MemoryPool::alignment;
  static_assert(alignof(T) <= alignment);

  std::shared_ptr<MemoryPool> memory_;
};

}  // namespace sparseconv::inline v0_1

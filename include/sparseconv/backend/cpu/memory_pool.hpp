#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <new>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#define SPARSECONV_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SPARSECONV_ADDRESS_SANITIZER 1
#endif
#endif
#ifdef SPARSECONV_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#endif

namespace sparseconv {

/// Memory that is kept for reuse when it is given back: after one run a network finds all it needs here.
///
/// Fresh memory is dear: the system clears every page of it, when it is first touched. Blocks come in sizes that are at most a
/// quarter larger than what was asked for, and are reused for the same size. Safe from several threads.
class MemoryPool {
 public:
  static constexpr std::size_t alignment = 64;

  MemoryPool() = default;
  MemoryPool(MemoryPool const&) = delete;
  MemoryPool& operator=(MemoryPool const&) = delete;
  ~MemoryPool() { release(); }

  /// Memory for `bytes` bytes, aligned to 64. Throws: std::bad_alloc.
  [[nodiscard]] void* take(std::size_t bytes) {
    std::size_t const size = block_size(bytes);
    {
      std::scoped_lock lock(mutex_);
      auto& free = free_[size];
      if (!free.empty()) {
        void* const block = free.back();
        free.pop_back();
        held_ -= size;
        unpoison(block, size);
        return block;
      }
    }
    return ::operator new(size, std::align_val_t(alignment));
  }

  /// Takes back what take(bytes) gave.
  void give_back(void* block, std::size_t bytes) noexcept {
    std::size_t const size = block_size(bytes);
    std::scoped_lock lock(mutex_);
    try {
      free_[size].push_back(block);
    } catch (...) {
      ::operator delete(block, std::align_val_t(alignment));
      return;
    }
    held_ += size;
    poison(block, size);
  }

  /// Bytes that wait for reuse.
  [[nodiscard]] std::int64_t bytes() const {
    std::scoped_lock lock(mutex_);
    return static_cast<std::int64_t>(held_);
  }

  /// Returns what waits for reuse to the system.
  void release() {
    std::scoped_lock lock(mutex_);
    for (auto& [size, blocks] : free_) {
      for (void* const block : blocks) {
        unpoison(block, size);
        ::operator delete(block, std::align_val_t(alignment));
      }
    }
    free_.clear();
    held_ = 0;
  }

  /// The size of the block that serves a request: four sizes from each power of two to the next, at least 64 bytes.
  static constexpr std::size_t block_size(std::size_t bytes) {
    if (bytes <= 256) return (bytes + 63) / 64 * 64;
    std::size_t const step = std::bit_floor(bytes - 1) / 4;
    return (bytes + step - 1) / step * step;
  }

 private:
#ifdef SPARSECONV_ADDRESS_SANITIZER
  static void poison(void* block, std::size_t size) {
    __asan_poison_memory_region(block, size);
  }
  static void unpoison(void* block, std::size_t size) {
    __asan_unpoison_memory_region(block, size);
  }
#else
  static void poison(void*, std::size_t) {}
  static void unpoison(void*, std::size_t) {}
#endif

  mutable std::mutex mutex_;
  std::map<std::size_t, std::vector<void*>> free_;
  std::size_t held_ = 0;
};

}  // namespace sparseconv

#pragma once

#include <sanitizer/allocator_interface.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace sparseconv::fuzz {

/// Counts the bytes that this thread has from the heap, however it asked for them, while the object lives.
class MemoryCount {
 public:
  MemoryCount() {
    static int const installed = __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);
    static_cast<void>(installed);
    now_ = most_ = 0;
    counting_ = true;
  }
  ~MemoryCount() { counting_ = false; }
  MemoryCount(MemoryCount const&) = delete;
  MemoryCount& operator=(MemoryCount const&) = delete;

  /// The most bytes that there were at once.
  [[nodiscard]] std::int64_t most() const { return most_; }

 private:
  static void on_malloc(void const volatile*, std::size_t size) {
    if (!counting_) return;
    now_ += static_cast<std::int64_t>(size);
    most_ = std::max(most_, now_);
  }
  static void on_free(void const volatile* at) {
    if (counting_ && at) now_ -= static_cast<std::int64_t>(__sanitizer_get_allocated_size(const_cast<void const*>(at)));
  }

  static inline thread_local bool counting_ = false;
  static inline thread_local std::int64_t now_ = 0;
  static inline thread_local std::int64_t most_ = 0;
};

}  // namespace sparseconv::fuzz

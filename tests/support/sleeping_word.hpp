#pragma once

#include <atomic>
#include <cstdint>

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#endif

namespace sparseconv::test {

/// A counter that threads sleep on until it moves. What happened before advance() happened before sleep_while()
/// returns.
///
/// std::atomic::wait would do, but libstdc++ counts the sleepers of many atomics in one word, which orders threads that
/// have nothing to do with each other and so hides races from ThreadSanitizer.
class SleepingWord {
 public:
  [[nodiscard]] std::uint32_t now() const { return value_.load(std::memory_order_relaxed); }

  void advance() {
    value_.fetch_add(1, std::memory_order_release);
#if defined(__linux__)
    syscall(SYS_futex, &value_, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
#else
    value_.notify_all();
#endif
  }

  void sleep_while(std::uint32_t value) const {
    while (value_.load(std::memory_order_acquire) == value) {
#if defined(__linux__)
      syscall(SYS_futex, &value_, FUTEX_WAIT_PRIVATE, value, nullptr, nullptr, 0);
#else
      value_.wait(value, std::memory_order_acquire);
#endif
    }
  }

 private:
  std::atomic<std::uint32_t> value_{0};
};

}  // namespace sparseconv::test

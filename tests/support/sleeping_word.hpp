#pragma once

#include <atomic>
#include <cstdint>

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#else
#include <condition_variable>
#include <mutex>
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
#if defined(__linux__)
    value_.fetch_add(1, std::memory_order_release);
    syscall(SYS_futex, &value_, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
#else
    {
      std::scoped_lock const lock(mutex_);
      value_.fetch_add(1, std::memory_order_release);
    }
    moved_.notify_all();
#endif
  }

  void sleep_while(std::uint32_t value) const {
#if defined(__linux__)
    while (value_.load(std::memory_order_acquire) == value)
      syscall(SYS_futex, &value_, FUTEX_WAIT_PRIVATE, value, nullptr, nullptr, 0);
#else
    std::unique_lock lock(mutex_);
    moved_.wait(lock, [&] { return value_.load(std::memory_order_relaxed) != value; });
#endif
  }

 private:
  std::atomic<std::uint32_t> value_{0};
#if !defined(__linux__)
  mutable std::mutex mutex_;
  mutable std::condition_variable moved_;
#endif
};

}  // namespace sparseconv::test

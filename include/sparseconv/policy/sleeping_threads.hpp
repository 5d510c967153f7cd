#pragma once

#include <atomic>

// GCC's library loses calls of std::atomic::notify_all where the system has no futex: a thread that is about to fall asleep then sleeps
// for ever (seen with GCC 12 for Windows).
#if defined(__GLIBCXX__) && !defined(__linux__)
#define SPARSECONV_ATOMICS_WAIT 0
#include <condition_variable>
#include <mutex>
#else
#define SPARSECONV_ATOMICS_WAIT 1
#endif

namespace sparseconv::inline v0_1 {

/// Threads that sleep until a number is another one. Who changes it calls wake() after that, and changes it by what reads it too, as
/// exchange or fetch_add: a plain store may become visible after wake() has looked whether anybody sleeps.
class SleepingThreads {
 public:
  /// Returns once the number is not `old`; what happened before it was changed with release happened before that.
  template <class T>
  void sleep_while(std::atomic<T> const& number, T old) {
#if SPARSECONV_ATOMICS_WAIT
    number.wait(old, std::memory_order_acquire);
#else
    std::unique_lock lock(mutex_);
    woken_.wait(lock, [&] { return number.load(std::memory_order_acquire) != old; });
#endif
  }

  /// Wakes all that sleep on the number.
  template <class T>
  void wake(std::atomic<T>& number) {
#if SPARSECONV_ATOMICS_WAIT
    number.notify_all();
#else
    static_cast<void>(number);
    { std::scoped_lock const nobody_is_about_to_sleep(mutex_); }
    woken_.notify_all();
#endif
  }

#if !SPARSECONV_ATOMICS_WAIT
 private:
  std::mutex mutex_;
  std::condition_variable woken_;
#endif
};

}  // namespace sparseconv::inline v0_1

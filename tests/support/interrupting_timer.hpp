#pragma once

#include "sparseconv/config.hpp"

#if SPARSECONV_POSIX
#include <signal.h>
#include <sys/time.h>

#include <atomic>

namespace sparseconv::test {

/// While it lives, a signal comes every millisecond to a thread that lets it, and its handler lets no call of the system go on by
/// itself: calls that wait end with EINTR, and those that wrote something say how much.
class InterruptingTimer {
 public:
  InterruptingTimer() {
    signals = 0;
    struct ::sigaction action {};
    action.sa_handler = [](int) { ++signals; };
    ::sigemptyset(&action.sa_mask);
    ::sigaction(SIGALRM, &action, &before_);
    set(1000);
  }
  InterruptingTimer(InterruptingTimer const&) = delete;
  InterruptingTimer& operator=(InterruptingTimer const&) = delete;
  ~InterruptingTimer() {
    set(0);
    ::sigaction(SIGALRM, &before_, nullptr);
  }

  /// How many signals came.
  [[nodiscard]] int count() const { return signals; }

  /// Lets the calling thread have none of the signals: for those that are not tested.
  static void spare_this_thread() {
    ::sigset_t alarm;
    ::sigemptyset(&alarm);
    ::sigaddset(&alarm, SIGALRM);
    ::pthread_sigmask(SIG_BLOCK, &alarm, nullptr);
  }

 private:
  static void set(::suseconds_t microseconds) {
    ::itimerval const every{{0, microseconds}, {0, microseconds}};
    ::setitimer(ITIMER_REAL, &every, nullptr);
  }

  static inline std::atomic<int> signals{0};
  struct ::sigaction before_ {};
};

}  // namespace sparseconv::test
#endif

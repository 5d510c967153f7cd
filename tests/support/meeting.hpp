#pragma once

#include <condition_variable>
#include <mutex>

namespace sparseconv::test {

/// Where so many threads wait for each other once. std::barrier would do, but GCC's library loses wake-ups where the system has no futex.
class Meeting {
 public:
  explicit Meeting(int expected) : missing_(expected) {}

  void arrive_and_wait() {
    std::unique_lock lock(mutex_);
    if (--missing_ == 0) complete_.notify_all();
    complete_.wait(lock, [this] { return missing_ <= 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable complete_;
  int missing_;
};

}  // namespace sparseconv::test

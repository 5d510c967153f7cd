#include "sparseconv/policy/sleeping_threads.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace sparseconv::sleeping_threads_test {
namespace {

// A call of wake() that is lost leaves one of the two asleep for ever: most probably where they fall asleep all the time.
TEST(SleepingThreads, WakeWheneverTheNumberChanges) {
  constexpr int rounds = 20'000;
  SleepingThreads sleepers;
  std::atomic<int> ball{0};
  auto const play = [&](int turn) {
    for (int round = turn; round < rounds; round += 2) {
      for (int now = ball.load(); now != round; now = ball.load()) sleepers.sleep_while(ball, now);
      ball.exchange(round + 1, std::memory_order_release);
      sleepers.wake(ball);
    }
  };
  std::thread other(play, 1);
  play(0);
  other.join();
  EXPECT_EQ(ball, rounds);
}

TEST(SleepingThreads, DoNotSleepWhereTheNumberIsAnotherAlready) {
  SleepingThreads sleepers;
  std::atomic<int> number{1};
  sleepers.sleep_while(number, 0);
  EXPECT_EQ(number, 1);
}

}  // namespace
}  // namespace sparseconv::sleeping_threads_test

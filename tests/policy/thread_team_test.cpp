#include "sparseconv/policy/thread_team.hpp"

#include <gtest/gtest.h>

#if SPARSECONV_POSIX
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#endif

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <future>
#include <latch>
#include <stdexcept>
#include <thread>

#include "support/child_process.hpp"
#include "support/error_message.hpp"
#include "support/meeting.hpp"

namespace sparseconv::thread_team_test {
namespace {

using test::message_of;

// A call does not wait for workers that have not begun when its caller has ended. So bodies that count workers wait for all.

TEST(ThreadTeam, CallsEachWorkerOnceAndNumbersTheCaller0) {
  ThreadTeam team(4);
  for (int const asked : {2, 3, 4, 9}) {
    std::array<std::atomic<int>, 9> calls{};
    std::thread::id of_worker_0;
    std::latch all_are_here(std::min(asked, 4));
    team.run(asked, [&](int worker) {
      all_are_here.arrive_and_wait();
      ++calls[static_cast<std::size_t>(worker)];
      if (worker == 0) of_worker_0 = std::this_thread::get_id();
    });
    for (int worker = 0; worker < 9; ++worker) {
      EXPECT_EQ(calls[static_cast<std::size_t>(worker)], worker < asked && worker < 4) << asked << " asked for";
    }
    EXPECT_EQ(of_worker_0, std::this_thread::get_id());
  }
}

TEST(ThreadTeam, RunsOnThreadsOfItsOwnAtOnce) {
  ThreadTeam team(3);
  test::Meeting all_are_here(3);  // would never open if the bodies ran one after the other
  team.run(3, [&](int) { all_are_here.arrive_and_wait(); });
  SUCCEED();
}

TEST(ThreadTeam, ComesBackWhenAllHaveEndedTimeAndAgain) {
  ThreadTeam team(3);
  std::int64_t sum = 0;  // plain: what the workers wrote is seen after the call
  std::array<std::int64_t, 3> parts{};
  for (int round = 1; round <= 500; ++round) {
    std::latch all_are_here(3);
    team.run(3, [&](int worker) {
      all_are_here.arrive_and_wait();
      parts[static_cast<std::size_t>(worker)] = round;
    });
    sum += parts[0] + parts[1] + parts[2];
  }
  EXPECT_EQ(sum, 3 * 500 * 501 / 2);
}

// Bodies share out a list, as those of the library do; whoever comes late finds less, or nothing, or not even the call.
TEST(ThreadTeam, DoesAllWorkOnceHoweverManyWorkersCome) {
  for (int const threads : {2, 3, 8}) {
    ThreadTeam team(threads);
    for (int round = 0; round < 3000; ++round) {
      std::array<int, 16> done{};  // plain: what the workers wrote is seen after the call
      std::array<std::atomic<int>, 8> bodies{};
      std::atomic<std::size_t> next{0};
      team.run(threads, [&](int worker) {
        ++bodies[static_cast<std::size_t>(worker)];
        for (std::size_t i = next++; i < done.size(); i = next++) done[i] += round + 1;
      });
      for (int const value : done) ASSERT_EQ(value, round + 1) << threads << " threads";
      for (auto const& calls : bodies) ASSERT_LE(calls, 1) << "no worker takes part twice";
      ASSERT_EQ(bodies[0], 1);
    }
  }
}

#if SPARSECONV_POSIX
std::atomic<bool> worker_is_held{false};
std::atomic<bool> worker_may_go{false};

// A signal's handler keeps a worker from its work, as a system that has no core for it does.
TEST(ThreadTeam, DoesNotWaitForAWorkerThatHasNoCore) {
  if (!test::children_have_threads) GTEST_SKIP() << "the thread sanitizer lets no child start threads";
  EXPECT_EQ(test::outcome_in_child(
                [] {
                  ThreadTeam team(2);
                  std::atomic<pthread_t> of_worker{};
                  std::latch both_are_here(2);
                  team.run(2, [&](int worker) {
                    both_are_here.arrive_and_wait();
                    if (worker == 1) of_worker = ::pthread_self();
                  });
                  std::signal(SIGUSR1, [](int) {
                    worker_is_held = true;
                    while (!worker_may_go) ::usleep(100);
                  });
                  ::pthread_kill(of_worker, SIGUSR1);
                  while (!worker_is_held) ::usleep(100);
                  int calls = 0;
                  for (int call = 0; call < 100; ++call)
                    team.run(2, [&](int worker) { calls += worker == 0 ? 1 : 1000; });
                  worker_may_go = true;
                  std::latch both_again(2);
                  team.run(2, [&](int) { both_again.arrive_and_wait(); });  // it takes part again
                  return calls == 100;
                },
                10),
            "");
}
#endif

TEST(ThreadTeam, LetsTheCallerWorkAloneIfOneIsEnough) {
  ThreadTeam one(1);
  ThreadTeam four(4);
  for (auto const& [team, asked] : {std::pair<ThreadTeam*, int>{&one, 4}, {&four, 1}, {&four, 0}}) {
    std::vector<int> workers;
    team->run(asked, [&](int worker) { workers.push_back(worker); });
    EXPECT_EQ(workers, std::vector<int>{0});
  }
}

TEST(WaitWhile, ReturnsTheNewValueWhetherItLooksOrSleeps) {
  for (int const looks : {0, 1, 1000000}) {
    std::atomic<int> value{1};
    SleepingThreads sleepers;
    EXPECT_EQ(wait_while(value, 0, looks, sleepers), 1) << "changed already";
    std::thread changes([&value, &sleepers] {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      value.exchange(2, std::memory_order_release);
      sleepers.wake(value);
    });
    EXPECT_EQ(wait_while(value, 1, looks, sleepers), 2);
    changes.join();
  }
}

TEST(ThreadTeam, RunsACallFromInsideABodyAlone) {
  ThreadTeam team(3);
  ThreadTeam other(2);
  std::atomic<int> direct{0};
  std::atomic<int> through_another{0};
  std::latch all_are_here(3);
  team.run(3, [&](int) {
    all_are_here.arrive_and_wait();
    team.run(3, [&](int worker) { direct += worker + 1; });
    other.run(2, [&](int) { team.run(3, [&](int worker) { through_another += worker == 0 ? 1 : 1000; }); });
  });
  EXPECT_EQ(direct, 3) << "one body for each of the three, as worker 0";
  EXPECT_GE(through_another, 3);
  EXPECT_LE(through_another, 6) << "the other team has two threads for one of the callers";
}

TEST(ThreadTeam, LetsASecondCallerWorkAloneMeanwhile) {
  ThreadTeam team(2);
  std::promise<void> started;
  std::promise<void> may_end;
  auto const end = may_end.get_future().share();
  std::thread first([&] {
    team.run(2, [&](int worker) {
      if (worker == 0) started.set_value();
      end.wait();
    });
  });
  started.get_future().wait();
  int calls = 0;
  team.run(2, [&](int worker) { calls += worker == 0 ? 1 : 100; });  // comes back although the team is busy
  EXPECT_EQ(calls, 1);
  may_end.set_value();
  first.join();
}

TEST(ThreadTeam, ThrowsWhatABodyThrewWhenAllHaveEnded) {
  ThreadTeam team(3);
  for (int const thrower : {0, 1, 2}) {
    std::atomic<int> ended{0};
    std::latch all_are_here(3);
    auto const body = [&](int worker) {
      all_are_here.arrive_and_wait();
      if (worker == thrower) throw std::runtime_error("worker " + std::to_string(worker));
      ++ended;
    };
    EXPECT_EQ(message_of<std::runtime_error>([&] { team.run(3, body); }), "worker " + std::to_string(thrower));
    EXPECT_EQ(ended, 2);
  }
  auto const all = [](int) { throw std::runtime_error("one of all"); };
  EXPECT_EQ(message_of<std::runtime_error>([&] { team.run(3, all); }), "one of all");
  std::atomic<int> calls{0};
  std::latch all_are_here(3);
  EXPECT_NO_THROW(team.run(3, [&](int) {
    all_are_here.arrive_and_wait();
    ++calls;
  }));
  EXPECT_EQ(calls, 3) << "an exception leaves a team that works";
  EXPECT_EQ(message_of<std::runtime_error>([&] { team.run(1, all); }), "one of all");
}

TEST(ThreadTeam, EndsWithoutEverHavingRun) {
  ThreadTeam const idle(64);
  EXPECT_EQ(idle.size(), 64);
}

TEST(ThreadTeam, RefusesFewerThreadsThanOne) {
  EXPECT_EQ(message_of<ShapeError>([] { ThreadTeam(0); }), "cpu.threads: 0 threads; give at least 1");
}

}  // namespace
}  // namespace sparseconv::thread_team_test

// What becomes of policies in a process that forked, and where the system has no threads to give.

#include "support/child_process.hpp"

#if SPARSECONV_POSIX
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <system_error>
#include <thread>
#include <vector>

#include "sparseconv/layers/submanifold_conv.hpp"
#include "sparseconv/policy/cpu_policy.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::processes_test {
namespace {

class Processes : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!test::children_have_threads) GTEST_SKIP() << "the thread sanitizer lets no child start threads";
  }
};

/// The features of a convolution of many rows on random sites that nobody convolved on before.
std::vector<float> convolved(CpuPolicy const& where, std::uint32_t seed) {
  auto const sites = test::random_site_set(Grid<3>{.shape = {30, 30, 30}}, 5000, seed);
  auto const input = test::random_tensor<float>(sites, 8, 3);
  auto const result = SubmanifoldConv3D<float>({.in_channels = 8, .out_channels = 8})(where, input);
  auto const values = result.features().values();
  return {values.begin(), values.end()};
}

/// How many workers take part in a call whose caller waits for so many, and a moment for more.
int workers_of(ThreadTeam& team, int asked, int expected) {
  std::atomic<int> workers{0};
  auto const wait = [](auto const& until, std::chrono::milliseconds most) {
    auto const end = std::chrono::steady_clock::now() + most;
    while (!until() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  };
  team.run(asked, [&](int worker) {
    ++workers;
    if (worker != 0) return;
    wait([&] { return workers >= expected; }, std::chrono::seconds(10));
    wait([&] { return workers == asked; }, std::chrono::milliseconds(5));
  });
  return workers;
}

/// Of a call that expects all.
int workers_of(ThreadTeam& team, int asked) {
  return workers_of(team, asked, asked);
}

TEST_F(Processes, AChildStartsThreadsOfItsOwn) {
  ThreadTeam team(3);
  ASSERT_EQ(workers_of(team, 3), 3);
  EXPECT_EQ(test::outcome_in_child([&] { return workers_of(team, 3) == 3 && workers_of(team, 3) == 3; }), "");
  EXPECT_EQ(workers_of(team, 3), 3) << "those of the parent still serve";
}

TEST_F(Processes, AChildEndsATeamWithoutUsingIt) {
  EXPECT_EQ(test::outcome_in_child([] {
              auto team = std::make_unique<ThreadTeam>(3);
              workers_of(*team, 3);
              bool const grandchild = test::outcome_in_child([&] {
                                        team.reset();
                                        return true;
                                      }).empty();
              return grandchild;
            }),
            "");
}

TEST_F(Processes, AChildConvolvesAsItsParentDoes) {
  CpuPolicy const policies[] = {cpu, cpu.threads(1), cpu.threads(4)};
  for (CpuPolicy const& where : policies) {
    std::vector<float> const before = convolved(where, 1);
    std::vector<float> const expected = convolved(where, 2);
    EXPECT_EQ(test::outcome_in_child([&] { return convolved(where, 2) == expected && convolved(where, 1) == before; }),
              "");
    EXPECT_EQ(convolved(where, 2), expected);
  }
}

TEST_F(Processes, AChildOfAChildConvolvesToo) {
  std::vector<float> const expected = convolved(cpu, 1);
  EXPECT_EQ(test::outcome_in_child([&] {
              return convolved(cpu, 1) == expected &&
                     test::outcome_in_child([&] { return convolved(cpu, 1) == expected; }).empty();
            }),
            "");
}

/// Takes this process the right to more threads; false if it keeps it.
bool give_up_threads() {
  if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) return false;
  rlimit const none{0, 0};
  if (::setrlimit(RLIMIT_NPROC, &none) != 0) return false;
  try {
    std::thread([] {}).join();
    return false;
  } catch (std::system_error const&) {
    return true;
  }
}

TEST_F(Processes, WithoutThreadsToSpareACallWorksAlone) {
  if (!test::outcome_in_child(give_up_threads).empty()) GTEST_SKIP() << "this system gives threads whatever the limit";
  std::vector<float> const expected = convolved(cpu.threads(4), 1);
  EXPECT_EQ(test::outcome_in_child([&] {
              ThreadTeam team(4);
              return give_up_threads() && workers_of(team, 4, 1) == 1 && workers_of(team, 4, 1) == 1 &&
                     convolved(cpu.threads(4), 1) == expected && convolved(cpu.threads(100000), 1) == expected &&
                     convolved(cpu.threads(1 << 30), 1) == expected;
            }),
            "");
}

/// Gives this process a user of its own, who may have so many threads; false if it cannot.
bool limit_threads(rlim_t most) {
  if (::geteuid() == 0 && (::setgid(65533) != 0 || ::setuid(65533) != 0)) return false;
  rlimit limit{};
  return ::getrlimit(RLIMIT_NPROC, &limit) == 0 && (limit.rlim_cur = most, ::setrlimit(RLIMIT_NPROC, &limit) == 0);
}

TEST_F(Processes, ATeamThatGotSomeOfItsThreadsUsesThemAndAsksAgain) {
  if (::geteuid() != 0) GTEST_SKIP() << "the limit counts all threads of a user, so this needs a user of its own";
  EXPECT_EQ(test::outcome_in_child([&] {
              if (!limit_threads(3)) return true;  // see above
              ThreadTeam team(6);
              int const at_first = workers_of(team, 6, 3);
              if (at_first != 3 || workers_of(team, 6, 3) != 3) return at_first > 3;  // where limits do not count
              rlimit limit{};
              ::getrlimit(RLIMIT_NPROC, &limit);
              limit.rlim_cur = limit.rlim_max;
              ::setrlimit(RLIMIT_NPROC, &limit);
              for (int call = 0; call < 1024; ++call) team.run(6, [](int) {});
              return workers_of(team, 6) == 6;
            }),
            "");
}

}  // namespace
}  // namespace sparseconv::processes_test
#endif

#include "sparseconv/policy/host_atomics.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace sparseconv::host_atomics_test {
namespace {

TEST(HostAtomics, ReplaceWhatIsExpectedAndNothingElse) {
  std::int32_t place = 3;
  EXPECT_FALSE(HostAtomics::replace(place, 4, 5));
  EXPECT_EQ(place, 3);
  EXPECT_TRUE(HostAtomics::replace(place, 3, 5));
  EXPECT_EQ(place, 5);
}

template <class Number>
void meet_at_one_number() {
  Number number = 0;
  std::atomic<int> replaced{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&, thread] {
      for (int bit = thread; bit < 31; bit += 4) SharedNumber(number).set_bits(Number{1} << bit);
      while (SharedNumber(number).value() < 0x7fffffff) std::this_thread::yield();
      replaced += SharedNumber(number).replace(0x7fffffff, static_cast<Number>(Number{1} << 31)) ? 1 : 0;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(number, Number{1} << 31);
  EXPECT_EQ(replaced, 1);
}

TEST(SharedNumber, ThreadsMeetAtIt) {
  meet_at_one_number<std::uint32_t>();
  meet_at_one_number<std::uint64_t>();
}

}  // namespace
}  // namespace sparseconv::host_atomics_test

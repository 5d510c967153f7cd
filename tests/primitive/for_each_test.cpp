#include "sparseconv/primitive/for_each.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include "support/policies.hpp"

namespace sparseconv::for_each_test {
namespace {

template <class Where>
class ForEach : public ::testing::Test {};
TYPED_TEST_SUITE(ForEach, test::Policies);

TYPED_TEST(ForEach, CallsEveryIndexOnce) {
  for (std::int64_t const count : {0, 1, 2, 4095, 4096, 4097, 12305}) {
    std::vector<std::atomic<int>> calls(static_cast<std::size_t>(count));
    for_each_index(TypeParam::policy(), count, [&](std::int64_t i) { ++calls[static_cast<std::size_t>(i)]; });
    for (std::size_t i = 0; i < calls.size(); ++i) ASSERT_EQ(calls[i], 1) << "index " << i << " of " << count;
  }
}

TYPED_TEST(ForEach, CutsIntoRangesOfTheGrain) {
  std::mutex mutex;
  std::vector<std::pair<std::int64_t, std::int64_t>> ranges;
  for_each_range(TypeParam::policy(), 23, 5, [&](std::int64_t begin, std::int64_t end) {
    std::scoped_lock lock(mutex);
    ranges.emplace_back(begin, end);
  });
  std::sort(ranges.begin(), ranges.end());
  EXPECT_EQ(ranges, (decltype(ranges){{0, 5}, {5, 10}, {10, 15}, {15, 20}, {20, 23}}));
}

TYPED_TEST(ForEach, CallsNothingForNoIndices) {
  int calls = 0;
  for_each_range(TypeParam::policy(), 0, 5, [&](std::int64_t, std::int64_t) { ++calls; });
  EXPECT_EQ(calls, 0);
}

TYPED_TEST(ForEach, ThrowsWhatABodyThrewAndCanBeUsedAgain) {
  auto const fail = [](std::int64_t i) {
    if (i == 9001) throw std::out_of_range("index 9001");
  };
  try {
    for_each_index(TypeParam::policy(), 20000, fail);
    FAIL() << "nothing was thrown";
  } catch (std::out_of_range const& thrown) {
    EXPECT_STREQ(thrown.what(), "index 9001");
  }
  std::atomic<std::int64_t> sum{0};
  for_each_index(TypeParam::policy(), 10000, [&](std::int64_t i) { sum += i; });
  EXPECT_EQ(sum, 49995000);
}

TYPED_TEST(ForEach, MayBeCalledFromABody) {
  std::atomic<std::int64_t> calls{0};
  for_each_range(TypeParam::policy(), 16, 1, [&](std::int64_t, std::int64_t) {
    for_each_index(TypeParam::policy(), 5000, [&](std::int64_t) { calls.fetch_add(1, std::memory_order_relaxed); });
  });
  EXPECT_EQ(calls, 16 * 5000);
}

TEST(ForEachInOrder, SeqGoesFromFrontToBack) {
  std::vector<std::int64_t> seen;
  for_each_index(seq, 9000, [&](std::int64_t i) { seen.push_back(i); });
  for (std::size_t i = 0; i < seen.size(); ++i) ASSERT_EQ(seen[i], static_cast<std::int64_t>(i));
  EXPECT_EQ(seen.size(), 9000u);
}

std::atomic<std::int64_t> counted{0};
void count(std::int64_t begin, std::int64_t end) {
  counted += end - begin;
}

TEST(ForEachRange, TakesAPlainFunction) {
  counted = 0;
  for_each_range(seq, 100, 7, count);
  for_each_range(test::OnCpu<3>::policy(), 1000, 7, count);
  EXPECT_EQ(counted, 1100);
}

}  // namespace
}  // namespace sparseconv::for_each_test

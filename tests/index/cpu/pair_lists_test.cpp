#include "sparseconv/index/cpu/pair_lists.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

namespace sparseconv::cpu_pair_lists_test {
namespace {

constexpr Row most = std::numeric_limits<Row>::max();

TEST(PackedPair, KeepsBothRowsAndCountsInputsUp) {
  for (Row const input : {0, 1, most - 1}) {
    for (Row const output : {0, 7, most}) {
      on_cpu::PackedPair const pair = on_cpu::pack_pair(input, output);
      EXPECT_EQ(on_cpu::input_of(pair), input);
      EXPECT_EQ(on_cpu::output_of(pair), output);
      EXPECT_EQ(pair + 1, on_cpu::pack_pair(input + 1, output));
    }
  }
}

TEST(PairLists, KeepsTheElementsApart) {
  on_cpu::PairLists lists(nullptr, 3, 2);
  lists.append(0, on_cpu::pack_pair(1, 2));
  lists.append(2, on_cpu::pack_pair(3, 4));
  lists.append(2, on_cpu::pack_pair(5, 6));
  EXPECT_TRUE(std::ranges::equal(lists[0], std::vector{on_cpu::pack_pair(1, 2)}));
  EXPECT_TRUE(lists[1].empty());
  EXPECT_TRUE(std::ranges::equal(lists[2], std::vector{on_cpu::pack_pair(3, 4), on_cpu::pack_pair(5, 6)}));
}

TEST(PairLists, CountsWhatWasWrittenToTheEndOnceItIsTold) {
  on_cpu::PairLists lists(nullptr, 2, 4);
  lists.append(1, on_cpu::pack_pair(1, 1));
  on_cpu::PackedPair* const end = lists.end(1);
  end[0] = on_cpu::pack_pair(2, 2);
  end[1] = on_cpu::pack_pair(9, 9);  // is not told
  EXPECT_EQ(lists[1].size(), 1u);
  lists.set_end(1, end + 1);
  EXPECT_TRUE(std::ranges::equal(lists[1], std::vector{on_cpu::pack_pair(1, 1), on_cpu::pack_pair(2, 2)}));
  lists.start(0, 2);
  EXPECT_TRUE(lists[1].empty());
}

TEST(PairLists, BeginAtAnyElement) {
  on_cpu::PairLists lists(nullptr, 3, 2);
  lists.append(2, on_cpu::pack_pair(1, 1));
  lists.start(40, 42);
  EXPECT_EQ(lists.first_element(), 40);
  EXPECT_EQ(lists.end_element(), 42);
  EXPECT_TRUE(lists[40].empty());
  lists.append(41, on_cpu::pack_pair(2, 2));
  EXPECT_TRUE(lists[40].empty());
  EXPECT_TRUE(std::ranges::equal(lists[41], std::vector{on_cpu::pack_pair(2, 2)}));
}

TEST(PairLists, HaveRoomToWriteBehindTheLastPair) {
  on_cpu::PairLists lists(nullptr, 2, 1);
  lists.append(1, on_cpu::pack_pair(7, 7));
  lists.append(0, on_cpu::pack_pair(1, 1));
  for (int i = 0; i < 8; ++i) lists.end(0)[i] = on_cpu::pack_pair(9, 9);
  for (int i = 0; i < 8; ++i) lists.end(1)[i] = on_cpu::pack_pair(9, 9);
  EXPECT_TRUE(std::ranges::equal(lists[0], std::vector{on_cpu::pack_pair(1, 1)}));
  EXPECT_TRUE(std::ranges::equal(lists[1], std::vector{on_cpu::pack_pair(7, 7)}));
}

}  // namespace
}  // namespace sparseconv::cpu_pair_lists_test

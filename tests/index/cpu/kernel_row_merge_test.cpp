#include "sparseconv/index/cpu/kernel_row_merge.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <vector>

#include "support/random_numbers.hpp"

#if SPARSECONV_X86_KERNELS

namespace sparseconv {
namespace {

using Keys = std::vector<std::uint64_t>;

Keys with_end(Keys keys) {
  keys.insert(keys.end(), on_cpu::merged_past_end, ~std::uint64_t{0});
  return keys;
}

/// Rising keys, each up to `gap` behind the last.
Keys rising(std::uint64_t first, std::size_t count, std::int64_t gap, test::RandomNumbers& random) {
  Keys keys;
  for (; keys.size() < count; first += static_cast<std::uint64_t>(random.between(1, gap))) keys.push_back(first);
  return keys;
}

/// Compares the pairs of outputs [begin, end) with those that a look at every input finds.
void expect_pairs(Keys const& inputs, Keys const& windows, std::int64_t begin, std::int64_t end,
                  on_cpu::KernelRow const& row) {
  on_cpu::PairLists lists(nullptr, row.first_element + row.width, std::max<std::int64_t>(end - begin, 1));
  std::int64_t const at =
      std::ranges::lower_bound(inputs, windows[static_cast<std::size_t>(begin)] + row.key) - inputs.begin();
  Keys const keys = with_end(inputs);
  Keys const padded = with_end(windows);
  on_cpu::merge_kernel_row(keys.data(), at, padded.data(), begin, end, row, lists);
  for (std::int64_t x = 0; x < row.width; ++x) {
    std::vector<on_cpu::PackedPair> expected;
    for (std::int64_t output = begin; output < end; ++output) {
      std::uint64_t const sought =
          windows[static_cast<std::size_t>(output)] + row.key + static_cast<std::uint64_t>(x) * row.dilation;
      auto const found = std::ranges::find(inputs, sought);
      if (found == inputs.end()) continue;
      expected.push_back(on_cpu::pack_pair(static_cast<Row>(found - inputs.begin()), static_cast<Row>(output)));
    }
    auto const list = lists[row.first_element + x];
    ASSERT_TRUE(std::ranges::equal(list, expected)) << "element " << x << " of " << row.width << ", dilation "
                                                    << row.dilation << ", outputs " << begin << " to " << end;
  }
}

class KernelRowMerge : public ::testing::Test {
 protected:
  void SetUp() override {
    if (best_instruction_set() < InstructionSet::avx512) GTEST_SKIP() << "this processor has no AVX-512";
  }
};

TEST_F(KernelRowMerge, FindsThePairsOfRowsOfAnyWidth) {
  test::RandomNumbers random(3);
  for (std::int64_t const input_gap : {1, 2, 9, 60}) {
    for (std::int64_t const window_gap : {1, 3, 40}) {
      Keys const inputs = rising(1000, 300, input_gap, random);
      Keys const windows = rising(990, 200, window_gap, random);
      for (std::int64_t width = 1; width <= 16; ++width) {
        for (std::uint64_t const dilation : {1U, 2U, 5U}) {
          on_cpu::KernelRow const row{3, dilation, 2, width};
          if (row.reach() <= on_cpu::merged_reach) expect_pairs(inputs, windows, 0, std::ssize(windows), row);
        }
      }
    }
  }
}

TEST_F(KernelRowMerge, TakesAnyStretchOfOutputs) {
  test::RandomNumbers random(4);
  Keys const inputs = rising(100, 90, 3, random);
  Keys const windows = rising(100, 60, 4, random);
  for (std::int64_t begin = 0; begin < 20; ++begin) {
    for (std::int64_t end = begin; end <= 60; end += 1 + begin % 3)
      expect_pairs(inputs, windows, begin, end, {0, 1, 0, 5});
  }
}

// The key of a row is negative where its cells lie before the window.
TEST_F(KernelRowMerge, TakesCellsBeforeTheWindow) {
  test::RandomNumbers random(5);
  Keys const keys = rising(50, 100, 2, random);
  for (std::uint64_t const before : {1U, 2U, 40U}) {
    expect_pairs(keys, keys, 0, std::ssize(keys), {std::uint64_t{0} - before, 1, 0, 3});
  }
}

// More inputs between two windows than are looked at together, and none at all, at the beginning, between and behind.
TEST_F(KernelRowMerge, PassesInputsThatNoOutputSees) {
  test::RandomNumbers random(6);
  Keys const inputs = rising(0, 500, 1, random);
  expect_pairs(inputs, {100, 101, 250, 251, 400, 499, 500, 3000}, 0, 8, {0, 1, 0, 3});
  expect_pairs(inputs, {300}, 0, 1, {0, 1, 0, 16});
  expect_pairs({5}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 0, 11, {0, 1, 0, 3});
  expect_pairs({}, {1, 2, 3}, 0, 3, {0, 1, 0, 3});
}

// Outputs of a whole line see the keys that are furthest apart: the sixteen are used up by the first of the eight.
TEST_F(KernelRowMerge, GoesOnWhereTheFirstOutputUsesUpAllKeys) {
  test::RandomNumbers random(7);
  Keys const inputs = rising(0, 200, 1, random);
  expect_pairs(inputs, rising(0, 100, 30, random), 0, 100, {0, 1, 0, 16});
  expect_pairs(inputs, rising(0, 180, 1, random), 0, 180, {0, 15, 0, 2});
}

}  // namespace
}  // namespace sparseconv

#endif

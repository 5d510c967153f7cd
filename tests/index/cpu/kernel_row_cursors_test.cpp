#include "sparseconv/index/cpu/kernel_row_cursors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <vector>

namespace sparseconv::cpu_kernel_row_cursors_test {
namespace {

std::vector<std::uint64_t> with_end(std::vector<std::uint64_t> keys) {
  keys.insert(keys.end(), 3, ~std::uint64_t{0});
  return keys;
}

// Gaps of 0 to 21 inputs between windows: none, fewer and more than a cursor passes without a branch.
TEST(KernelRowCursors, ListTheFirstInputWithinReach) {
  std::vector<std::uint64_t> inputs;
  for (std::uint64_t key = 100; key < 400; key += 1 + key % 3) inputs.push_back(key);
  std::vector<std::uint64_t> windows;
  for (std::uint64_t window = 90; window < 420; window += 1 + (window * 7) % 40) windows.push_back(window);
  auto const keys = with_end(inputs);

  for (std::uint64_t const reach : {0U, 1U, 4U}) {
    for (std::uint64_t const key : {0U, 11U}) {
      std::vector<on_cpu::PackedPair> list(windows.size() + 1);
      std::vector<on_cpu::PackedPair> of_another(windows.size() + 1);
      std::vector<on_cpu::KernelRowCursor> cursors{{key, reach, 0, list.data()},
                                                   {key + 3, reach, 0, of_another.data()}};
      on_cpu::move_cursors(keys.data(), windows.data(), 0, std::ssize(windows), cursors);
      list.resize(static_cast<std::size_t>(cursors[0].candidates_end - list.data()));

      std::vector<on_cpu::PackedPair> expected;
      for (std::size_t output = 0; output < windows.size(); ++output) {
        auto const found = std::lower_bound(inputs.begin(), inputs.end(), windows[output] + key);
        if (found == inputs.end() || *found > windows[output] + key + reach) continue;
        expected.push_back(on_cpu::pack_pair(static_cast<Row>(found - inputs.begin()), static_cast<Row>(output)));
      }
      EXPECT_EQ(list, expected);
      EXPECT_FALSE(expected.empty());
    }
  }
}

TEST(KernelRowCursors, StayBehindTheLastInput) {
  auto const keys = with_end({5});
  std::vector<std::uint64_t> const windows{6, 1000, ~std::uint64_t{0} - 1};
  std::vector<on_cpu::PackedPair> list(4);
  std::vector<on_cpu::KernelRowCursor> cursors{{0, 0, 0, list.data()}};
  on_cpu::move_cursors(keys.data(), windows.data(), 0, 3, cursors);
  EXPECT_EQ(cursors[0].at, 1);
  EXPECT_EQ(cursors[0].candidates_end, list.data());
}

}  // namespace
}  // namespace sparseconv::cpu_kernel_row_cursors_test

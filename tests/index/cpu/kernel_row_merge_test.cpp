#include "sparseconv/index/cpu/kernel_row_merge.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

#include "support/random_numbers.hpp"

#if SPARSECONV_X86_KERNELS

namespace sparseconv::cpu_kernel_row_merge_test {
namespace {

using Keys = std::vector<std::uint64_t>;
using Pairs = std::vector<std::pair<Row, Row>>;

/// As keys of a type, with what must follow them.
template <class Key>
std::vector<Key> with_end(Keys const& keys, Key behind) {
  std::vector<Key> narrow;
  for (std::uint64_t const key : keys) narrow.push_back(static_cast<Key>(key));
  narrow.insert(narrow.end(), on_cpu::merged_past_end, behind);
  return narrow;
}

/// Rising keys, each up to `gap` behind the last.
Keys rising(std::uint64_t first, std::size_t count, std::int64_t gap, test::RandomNumbers& random) {
  Keys keys;
  for (; keys.size() < count; first += static_cast<std::uint64_t>(random.between(1, gap))) keys.push_back(first);
  return keys;
}

/// The pairs of one element that a look at every input finds.
Pairs expected_pairs(Keys const& inputs, Keys const& windows, std::int64_t begin, std::int64_t end,
                     std::uint64_t to_cell) {
  Pairs pairs;
  for (std::int64_t output = begin; output < end; ++output) {
    auto const found = std::ranges::find(inputs, windows[static_cast<std::size_t>(output)] + to_cell);
    if (found == inputs.end()) continue;
    pairs.emplace_back(static_cast<Row>(found - inputs.begin()), static_cast<Row>(output));
  }
  return pairs;
}

/// Compares the pairs of outputs [begin, end), found in two calls, with the expected ones: their counts, and their rows in places that
/// have just room for them.
template <class Key>
void expect_pairs_by(Keys const& inputs, Keys const& windows, std::int64_t begin, std::int64_t end,
                     on_cpu::MergedElements const& elements) {
  auto const keys = with_end<Key>(inputs, static_cast<Key>(~Key{0}));
  auto const padded = with_end<Key>(windows, Key{0});
  std::int64_t at =
      std::ranges::lower_bound(inputs, windows[static_cast<std::size_t>(begin)] + elements.key) - inputs.begin();
  std::vector<on_cpu::MergedGroup> groups(static_cast<std::size_t>(end - begin) + 1);
  std::vector<std::int64_t> counts(static_cast<std::size_t>(elements.count));
  std::int64_t const middle = begin + (end - begin) / 3;
  on_cpu::MergedGroup* next = groups.data();
  next = on_cpu::merge_elements(keys.data(), at, padded.data(), begin, middle, elements, next, counts.data());
  next = on_cpu::merge_elements(keys.data(), at, padded.data(), middle, end, elements, next, counts.data());
  EXPECT_LE(next - groups.data(), end - begin);

  constexpr Row untouched = -77;
  std::vector<std::vector<Row>> rows[2];
  std::vector<on_cpu::PairPlaces> places;
  for (std::int64_t const count : counts) {
    for (auto& side : rows) side.emplace_back(static_cast<std::size_t>(count) + 16, untouched);
    places.push_back({nullptr, nullptr, count});
  }
  for (std::size_t x = 0; x < places.size(); ++x) {
    places[x].inputs = rows[0][x].data();
    places[x].outputs = rows[1][x].data();
  }
  on_cpu::place_groups(groups.data(), next, elements.count, places.data());
  for (std::size_t x = 0; x < places.size(); ++x) {
    Pairs found;
    for (std::size_t i = 0; i < static_cast<std::size_t>(counts[x]); ++i) {
      found.emplace_back(rows[0][x][i], rows[1][x][i]);
    }
    ASSERT_EQ(found, expected_pairs(inputs, windows, begin, end, elements.key + x))
        << "element " << x << " of " << elements.count << ", outputs " << begin << " to " << end << ", keys of "
        << sizeof(Key) << " bytes";
    EXPECT_EQ(places[x].left, 0);
    for (auto const& side : rows) {
      EXPECT_TRUE(std::all_of(side[x].end() - 16, side[x].end(), [](Row row) { return row == untouched; }));
    }
  }
}

void expect_pairs(Keys const& inputs, Keys const& windows, std::int64_t begin, std::int64_t end,
                  on_cpu::MergedElements const& elements) {
  expect_pairs_by<std::uint32_t>(inputs, windows, begin, end, elements);
  expect_pairs_by<std::uint64_t>(inputs, windows, begin, end, elements);
}

class KernelRowMerge : public ::testing::Test {
 protected:
  void SetUp() override {
    if (best_instruction_set() < InstructionSet::avx512) GTEST_SKIP() << "this processor has no AVX-512";
  }
};

TEST_F(KernelRowMerge, FindsThePairsOfAnyNumberOfElements) {
  test::RandomNumbers random(3);
  for (std::int64_t const input_gap : {1, 2, 9, 60}) {
    for (std::int64_t const window_gap : {1, 3, 40}) {
      Keys const inputs = rising(1000, 300, input_gap, random);
      Keys const windows = rising(990, 200, window_gap, random);
      for (std::int64_t count = 1; count <= on_cpu::MergedElements::most; ++count) {
        expect_pairs(inputs, windows, 0, std::ssize(windows), {3, 2, count});
      }
    }
  }
}

TEST_F(KernelRowMerge, TakesAnyStretchOfOutputs) {
  test::RandomNumbers random(4);
  Keys const inputs = rising(100, 90, 3, random);
  Keys const windows = rising(100, 60, 4, random);
  for (std::int64_t begin = 0; begin < 20; ++begin) {
    for (std::int64_t end = begin; end <= 60; end += 1 + begin % 3) {
      expect_pairs(inputs, windows, begin, end, {0, 0, 1 + end % 8});
    }
  }
}

// The key of elements is negative where their cells lie before the window.
TEST_F(KernelRowMerge, TakesCellsBeforeTheWindow) {
  test::RandomNumbers random(5);
  Keys const keys = rising(50, 100, 2, random);
  for (std::uint64_t const before : {1U, 2U, 40U}) {
    expect_pairs(keys, keys, 0, std::ssize(keys), {std::uint64_t{0} - before, 0, 3});
  }
}

// More inputs between two windows than are looked at together, and none at all, at the beginning, between and behind.
TEST_F(KernelRowMerge, PassesInputsThatNoOutputSees) {
  test::RandomNumbers random(6);
  Keys const inputs = rising(0, 500, 1, random);
  expect_pairs(inputs, {100, 101, 250, 251, 400, 499, 500, 3000}, 0, 8, {0, 0, 3});
  expect_pairs(inputs, {300}, 0, 1, {0, 0, 8});
  expect_pairs({5}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17}, 0, 17, {0, 0, 3});
  expect_pairs({}, {1, 2, 3}, 0, 3, {0, 0, 3});
}

// The inputs at hand are used up by the first few of the outputs.
TEST_F(KernelRowMerge, GoesOnWhereTheFirstOutputsUseUpAllKeys) {
  test::RandomNumbers random(7);
  Keys const inputs = rising(0, 900, 1, random);
  for (std::int64_t gap = 1; gap < 40; ++gap) expect_pairs(inputs, rising(0, 100, gap, random), 0, 100, {0, 0, 8});
}

// The largest keys that may be: of 31 and of 63 bits.
TEST_F(KernelRowMerge, TakesTheLargestKeys) {
  Keys const narrow{5, 0x7ffffff0, 0x7ffffffd, 0x7ffffffe, 0x7fffffff};
  for (std::uint64_t const before : {0U, 1U, 2U}) {
    expect_pairs(narrow, narrow, 0, std::ssize(narrow), {std::uint64_t{0} - before, 0, static_cast<int>(before) + 1});
  }
  Keys wide = narrow;
  for (std::uint64_t& key : wide) key |= 0x7fffffffULL << 32;
  expect_pairs_by<std::uint64_t>(wide, wide, 0, std::ssize(wide), {~std::uint64_t{0}, 0, 2});
}

}  // namespace
}  // namespace sparseconv::cpu_kernel_row_merge_test

#endif

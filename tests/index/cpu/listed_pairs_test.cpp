#include "sparseconv/index/cpu/listed_pairs.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "support/policies.hpp"

namespace sparseconv::cpu_listed_pairs_test {
namespace {

/// Finds output o with input 2 o by each element that divides o, of all that it is asked for.
class Divisors final : public on_cpu::PairFinder {
 public:
  explicit Divisors(std::int64_t count) : count_(count) {}
  [[nodiscard]] std::int64_t count() const override { return count_; }
  void find(std::int64_t begin, std::int64_t end, on_cpu::PairLists& lists) const override {
    for (std::int64_t element = lists.first_element(); element < lists.end_element(); ++element) {
      for (std::int64_t o = begin; o < end; ++o) {
        if (o % (element + 1) == 0) {
          lists.append(element, on_cpu::pack_pair(static_cast<Row>(2 * o), static_cast<Row>(o)));
        }
      }
    }
  }

 private:
  std::int64_t count_;
};

TEST(ListedPairs, AreCountedAndPlacedElementByElement) {
  Divisors const finder(100);
  on_cpu::ListedPairs const listed(finder, 8, 4);
  std::vector<std::int64_t> counts(4, 10);
  // Elements 4 to 7 divide by 5 to 8: of outputs 9 to 15 these are 10, 15; 12; 14; none.
  auto const kept = listed.find(test::OnCpu<1>::policy(), {4, 8, 9, 16}, counts.data());
  EXPECT_EQ(counts, (std::vector<std::int64_t>{12, 11, 11, 10}));
  std::vector<Row> inputs(4, -1);
  std::vector<Row> outputs(4, -1);
  on_cpu::PairPlaces places[4]{{inputs.data(), outputs.data(), 2},
                               {inputs.data() + 2, outputs.data() + 2, 1},
                               {inputs.data() + 3, outputs.data() + 3, 1},
                               {}};
  kept->place(places);
  EXPECT_EQ(inputs, (std::vector<Row>{20, 30, 24, 28}));
  EXPECT_EQ(outputs, (std::vector<Row>{10, 15, 12, 14}));
}

TEST(ListedPairs, OfATileWithoutPairsAreNotKept) {
  Divisors const finder(100);
  on_cpu::ListedPairs const listed(finder, 8, 4);
  std::vector<std::int64_t> counts(4);
  EXPECT_EQ(listed.find(test::OnCpu<1>::policy(), {4, 8, 9, 10}, counts.data()), nullptr);
}

TEST(ListedPairs, HaveTilesOfWholeRowsThatFitASecondCache) {
  Divisors const few(100);
  auto const all = on_cpu::ListedPairs(few, 27, 3).tiles(1);
  EXPECT_EQ(all.count(), 1);
  Divisors const many(1000000);
  for (int const threads : {1, 16}) {
    auto const tiles = on_cpu::ListedPairs(many, 5000, 50).tiles(threads);
    EXPECT_EQ(tiles.tile_elements % 50, 0);
    EXPECT_LE(tiles.tile_elements * (tiles.tile_rows + 8) * 8, 1 << 20);
  }
  EXPECT_EQ(on_cpu::ListedPairs(many, 20000, 20000).tiles(1).tile_rows, 8);
  EXPECT_EQ(on_cpu::ListedPairs(few, 0, 1).tiles(1).count(), 0);
}

}  // namespace
}  // namespace sparseconv::cpu_listed_pairs_test

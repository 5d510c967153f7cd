#include "sparseconv/index/rulebook.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace sparseconv::rulebook_test {
namespace {

std::vector<Row> list(std::span<Row const> rows) {
  return {rows.begin(), rows.end()};
}

// Three elements over 4 inputs and 3 outputs: (0,1) (2,2) | none | (1,0).
Rulebook<> example() {
  std::vector<Row> const inputs{0, 2, 1};
  std::vector<Row> const outputs{1, 2, 0};
  return Rulebook<>({0, 2, 2, 3}, Buffer<Row>(std::span<Row const>(inputs)), Buffer<Row>(std::span<Row const>(outputs)),
                    4, 3, std::nullopt);
}

TEST(Rulebook, ListsPairsByElement) {
  Rulebook<> const rules = example();
  RulebookView<> const view = rules;
  EXPECT_EQ(view.element_count(), 3);
  EXPECT_EQ(view.pair_count(), 3);
  EXPECT_EQ(view.pair_count(0), 2);
  EXPECT_EQ(view.pair_count(1), 0);
  EXPECT_EQ(list(view.inputs_of(0)), (std::vector<Row>{0, 2}));
  EXPECT_EQ(list(view.outputs_of(0)), (std::vector<Row>{1, 2}));
  EXPECT_TRUE(view.outputs_of(1).empty());
  EXPECT_EQ(list(view.inputs_of(2)), std::vector<Row>{1});
  EXPECT_EQ(rules.bytes(), 3 * 8 + 4 * 8);
}

TEST(Rulebook, TransposesToAView) {
  Rulebook<> const rules = example();
  RulebookView<> const swapped = rules.transposed();
  EXPECT_EQ(swapped.input_count, 3);
  EXPECT_EQ(swapped.output_count, 4);
  EXPECT_EQ(list(swapped.inputs_of(0)), (std::vector<Row>{1, 2}));
  EXPECT_EQ(list(swapped.outputs_of(2)), std::vector<Row>{1});
  EXPECT_EQ(swapped.input_rows.rows, rules.view().output_rows.rows) << "no row is copied";
  EXPECT_EQ(swapped.transposed().input_rows.rows, rules.view().input_rows.rows);
  EXPECT_EQ(swapped.transposed().input_count, 4);
}

// Sites 0 to 3 in a row, a gap between 1 and 2: three elements, each site from the one before, itself, the one behind.
TEST(Rulebook, SymmetricListsEachRowOnce) {
  std::vector<std::int64_t> const offsets{0, 2, 6, 8};
  std::vector<Row> const rows{0, 2, 0, 1, 2, 3, 1, 3};
  Rulebook<> const rules(Buffer<std::int64_t>(std::span<std::int64_t const>(offsets)),
                         Buffer<Row>(std::span<Row const>(rows)), 4, 1);
  RulebookView<> const view = rules;
  EXPECT_EQ(list(view.inputs_of(0)), (std::vector<Row>{0, 2}));
  EXPECT_EQ(list(view.outputs_of(0)), (std::vector<Row>{1, 3}));
  EXPECT_EQ(list(view.inputs_of(1)), list(view.outputs_of(1)));
  EXPECT_EQ(list(view.inputs_of(2)), (std::vector<Row>{1, 3}));
  EXPECT_EQ(list(view.outputs_of(2)), (std::vector<Row>{0, 2}));
  EXPECT_EQ(view.input_count, 4);
  EXPECT_EQ(view.output_count, 4);
  EXPECT_EQ(rules.bytes(), 8 * 4 + 4 * 8);
  RulebookView<> const swapped = rules.transposed();
  EXPECT_EQ(list(swapped.inputs_of(0)), (std::vector<Row>{1, 3}));
  EXPECT_EQ(list(swapped.outputs_of(0)), (std::vector<Row>{0, 2}));
  EXPECT_EQ(list(swapped.transposed().inputs_of(0)), (std::vector<Row>{0, 2}));
}

TEST(Rulebook, KeepsItsIdentityThroughTransposition) {
  Rulebook<> const rules(std::vector<std::int64_t>{0, 1}, Buffer<Row>(1, 0), Buffer<Row>(1, 0), 1, 1, 0);
  EXPECT_EQ(rules.view().identity, std::optional<std::int64_t>(0));
  EXPECT_EQ(rules.transposed().identity, std::optional<std::int64_t>(0));
  EXPECT_EQ(example().view().identity, std::nullopt);
}

TEST(Rulebook, MayHaveNoPairs) {
  Rulebook<> const rules({0, 0, 0}, {}, {}, 0, 5, std::nullopt);
  EXPECT_EQ(rules.element_count(), 2);
  EXPECT_EQ(rules.pair_count(), 0);
  EXPECT_TRUE(rules.view().inputs_of(1).empty());
}

TEST(Rulebook, ThatWasMovedFromHasNoElements) {
  Rulebook<> rules(std::vector<std::int64_t>{0, 1}, Buffer<Row>(std::int64_t{1}, 0), Buffer<Row>(std::int64_t{1}, 0), 1,
                   1, std::nullopt);
  Rulebook<> const taken = std::move(rules);
  EXPECT_EQ(taken.pair_count(), 1);
  EXPECT_EQ(rules.element_count(), 0);  // NOLINT: what is tested
  EXPECT_EQ(rules.pair_count(), 0);
}

}  // namespace
}  // namespace sparseconv::rulebook_test

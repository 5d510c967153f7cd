#include "sparseconv/index/row_map.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "sparseconv/index/build_row_map.hpp"
#include "sparseconv/index/output_sites.hpp"
#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"
#include "support/same_index.hpp"

namespace sparseconv::row_map_test {
namespace {

using test::list_of;

template <class Where>
class RowMapOf : public ::testing::Test {};
TYPED_TEST_SUITE(RowMapOf, test::Policies);

// A line with sites at 0, 1, 2 and 5, kernel 3, same padding. Elements of each output (bit 0: the cell before it):
//   row 0: 1, 2; row 1: 0, 1, 2; row 2: 0, 1; row 3: 1. The centre has the lowest bit, then come 0 and 2: 101b, 111b, 011b,
//   001b. In the Gray code 001b, 011b, 010b, 110b, 111b, 101b, 100b that is the order 3, 2, 1, 0.
TYPED_TEST(RowMapOf, ALineByHand) {
  auto const line = test::sites_of(Grid<1>{}, std::vector<Coordinate<1>>{{0, {0}}, {0, {1}}, {0, {2}}, {0, {5}}});
  auto const map = build_row_map(TypeParam::policy(), line, line, KernelGeometry<1>{.kernel_size = 3, .padding = 1});
  EXPECT_EQ(map.element_count(), 3);
  EXPECT_EQ(map.input_count(), 4);
  EXPECT_EQ(map.output_count(), 4);
  RowMapView const view = map.view();
  EXPECT_EQ(list_of(view.output_rows, 4), (std::vector<Row>{3, 2, 1, 0}));
  EXPECT_EQ(list_of(view.input_rows, 12), (std::vector<Row>{no_row, 1, 0, no_row,     // the cell before
                                                            3, 2, 1, 0,               // the cell itself
                                                            no_row, no_row, 2, 1}));  // the cell behind
  EXPECT_EQ(list_of(view.group_masks, 1), (std::vector<std::uint32_t>{7}));
  EXPECT_EQ(map.bytes(), 4 * (12 + 4 + 1));
}

TYPED_TEST(RowMapOf, ManySitesHasThePairsOfTheRulebookAndNoMore) {
  auto const sites = test::random_site_set(Grid<3>{.shape = {12, 13, 14}}, 500, 1);
  KernelGeometry<3> const geometry{.kernel_size = 5, .padding = 2};  // 125 elements, four words
  auto const rules = build_rulebook(TypeParam::policy(), sites, sites, geometry);
  auto const map = build_row_map(TypeParam::policy(), sites, sites, geometry, lookup::hash);
  RowMapView const view = map.view();
  EXPECT_EQ(view.mask_words(), 4);
  EXPECT_EQ(view.groups(), 32);
  std::int64_t pairs = 0;
  std::vector<std::uint32_t> masks(static_cast<std::size_t>(view.groups() * view.mask_words()));
  for (std::int64_t place = 0; place < 500; ++place) {
    for (std::int64_t k = 0; k < 125; ++k) {
      Row const input = view.input_rows[k * 500 + place];
      if (input == no_row) continue;
      ++pairs;
      masks[static_cast<std::size_t>(place / 16 * 4 + k / 32)] |= 1U << (k % 32);
      auto const outputs = rules.view().outputs_of(k);
      auto const found = std::ranges::lower_bound(outputs, view.output_rows[place]);
      ASSERT_NE(found, outputs.end());
      EXPECT_EQ(rules.view().inputs_of(k)[static_cast<std::size_t>(found - outputs.begin())], input);
    }
  }
  EXPECT_EQ(pairs, rules.pair_count());
  EXPECT_EQ(list_of(view.group_masks, view.groups() * 4), masks);
}

/// The elements that some place of a block has.
std::int64_t elements_of_block(RowMapView const& view, std::int64_t block) {
  std::uint64_t joined = 0;
  std::int64_t const each = RowMapView::block / RowMapView::group;
  for (std::int64_t g = block * each; g < std::min((block + 1) * each, view.groups()); ++g)
    joined |= view.group_masks[g];
  return std::popcount(joined);
}

TYPED_TEST(RowMapOf, ManySitesBeginsWithTheBlocksOfMostElements) {
  auto const sites = test::random_site_set(Grid<3>{.shape = {40, 40, 40}}, 5'000, 1);
  auto const map = build_row_map(TypeParam::policy(), sites, sites, KernelGeometry<3>{.kernel_size = 3, .padding = 1});
  RowMapView const view = map.view();
  ASSERT_EQ(view.blocks(), 40);
  for (std::int64_t block = 1; block + 1 < view.blocks(); ++block) {  // the last, which is short, stays the last
    EXPECT_GE(elements_of_block(view, block - 1), elements_of_block(view, block)) << block;
  }
  std::vector<Row> rows = list_of(view.output_rows, view.output_count);
  std::ranges::sort(rows);
  for (std::size_t i = 0; i < rows.size(); ++i) ASSERT_EQ(rows[i], static_cast<Row>(i));
}

// By the rulebook's exchanged view, and by the map alone, which is turned back then.
TYPED_TEST(RowMapOf, ManySitesIsTurnedRound) {
  auto const inputs = test::random_site_set(Grid<3>{.shape = {12, 13, 14}, .batch_size = 2}, 700, 1);
  auto const check = [&](KernelGeometry<3> const& geometry, OutputDefinition definition) {
    auto const& where = TypeParam::policy();
    auto const outputs = output_sites(where, inputs, geometry, definition);
    auto const rules = build_rulebook(where, inputs, outputs, geometry);
    auto const map = build_row_map(where, inputs, outputs, geometry);
    auto const turned = exchanged_row_map(where, map, geometry.exchanged());
    EXPECT_EQ(turned.input_count(), outputs.size());
    EXPECT_EQ(turned.output_count(), inputs.size());
    EXPECT_TRUE(test::same_map(turned.view(), row_map_of(where, rules.transposed(), geometry.exchanged()).view()));
    EXPECT_TRUE(test::same_map(turned.view(), build_row_map(where, outputs, inputs, geometry.exchanged()).view()));
    EXPECT_TRUE(test::same_map(exchanged_row_map(where, turned, geometry).view(), map.view()));
  };
  check({.kernel_size = 3, .stride = 2, .padding = 1}, OutputDefinition::regular);
  check({.kernel_size = 5, .padding = 2}, OutputDefinition::submanifold);  // 125 elements, four words
  check({.kernel_size = {2, 3, 1}, .stride = {3, 1, 2}}, OutputDefinition::floor);
}

TEST(RowMapErrors, NameTheGeometryOfAnotherMap) {
  auto const sites = test::random_site_set(Grid<2>{.shape = {9, 9}}, 20, 1);
  auto const map = build_row_map(seq, sites, sites, KernelGeometry<2>{.kernel_size = 3, .padding = 1});
  EXPECT_EQ(
      test::message_of<ShapeError>([&] { return exchanged_row_map(seq, map, KernelGeometry<2>{.kernel_size = 5}); }),
      "exchanged_row_map: the row map has 9 kernel elements, the geometry's kernel of 5 x 5 has 25; pass the geometry "
      "that the row map was built with");
}

TEST(RowMapErrors, NameTheGeometryOfAnotherRulebook) {
  auto const sites = test::random_site_set(Grid<2>{.shape = {9, 9}}, 20, 1);
  auto const rules = build_rulebook(seq, sites, sites, KernelGeometry<2>{.kernel_size = 3, .padding = 1});
  EXPECT_EQ(
      test::message_of<ShapeError>([&] { return row_map_of(seq, rules.view(), KernelGeometry<2>{.kernel_size = 5}); }),
      "row_map_of: the rulebook has 9 kernel elements, the geometry's kernel of 5 x 5 has 25; pass the geometry that "
      "the rulebook was built with");
}

TEST(RowMapErrors, NameAGeometryThatIsNone) {
  SiteSet<3> const sites = test::random_site_set(Grid<3>{.shape = {9, 9, 9}}, 20, 1);
  auto const rules = build_rulebook(seq, sites, sites, KernelGeometry<3>{});
  EXPECT_EQ(test::message_of<CapacityError>(
                [&] { return row_map_of(seq, rules.view(), KernelGeometry<3>{.kernel_size = 2147483647}); }),
            "row_map_of: a kernel of 2147483647 x 2147483647 x 2147483647 has more than 2^31 - 1 elements; make it "
            "smaller");
}

TYPED_TEST(RowMapOf, NoSitesIsEmpty) {
  SiteSet<2> const none(Grid<2>{}, {});
  auto const map = build_row_map(TypeParam::policy(), none, none, KernelGeometry<2>{.kernel_size = 3, .padding = 1});
  EXPECT_EQ(map.element_count(), 9);
  EXPECT_EQ(map.bytes(), 0);
  EXPECT_EQ(exchanged_row_map(TypeParam::policy(), map, KernelGeometry<2>{.kernel_size = 3}.exchanged()).bytes(), 0);
}

}  // namespace
}  // namespace sparseconv::row_map_test

#include "sparseconv/index/row_map.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <vector>

#include "sparseconv/index/build_row_map.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"
#include "support/same_index.hpp"

namespace sparseconv {
namespace {

using test::list_of;

template <class Where>
class RowMapOf : public ::testing::Test {};
TYPED_TEST_SUITE(RowMapOf, test::Policies);

// A line with sites at 0, 1, 2 and 5, kernel 3, same padding. Elements of each output (bit 0: the cell before it):
//   row 0: 1, 2 = 110b; row 1: 0, 1, 2 = 111b; row 2: 0, 1 = 011b; row 3: 1 = 010b. In the order of the numbers: 3, 2, 0, 1.
TYPED_TEST(RowMapOf, ALineByHand) {
  auto const line = test::sites_of(Grid<1>{}, std::vector<Coordinate<1>>{{0, {0}}, {0, {1}}, {0, {2}}, {0, {5}}});
  auto const map = build_row_map(TypeParam::policy(), line, line, KernelGeometry<1>{.kernel_size = 3, .padding = 1});
  EXPECT_EQ(map.element_count(), 3);
  EXPECT_EQ(map.input_count(), 4);
  EXPECT_EQ(map.output_count(), 4);
  RowMapView const view = map.view();
  EXPECT_EQ(list_of(view.output_rows, 4), (std::vector<Row>{3, 2, 0, 1}));
  EXPECT_EQ(list_of(view.input_rows, 12), (std::vector<Row>{no_row, 1, no_row, 0,     // the cell before
                                                            3, 2, 0, 1,               // the cell itself
                                                            no_row, no_row, 1, 2}));  // the cell behind
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
  EXPECT_EQ(view.groups(), 16);
  std::int64_t pairs = 0;
  std::vector<std::uint32_t> masks(static_cast<std::size_t>(view.groups() * view.mask_words()));
  for (std::int64_t place = 0; place < 500; ++place) {
    for (std::int64_t k = 0; k < 125; ++k) {
      Row const input = view.input_rows[k * 500 + place];
      if (input == no_row) continue;
      ++pairs;
      masks[static_cast<std::size_t>(place / 32 * 4 + k / 32)] |= 1U << (k % 32);
      auto const outputs = rules.view().outputs_of(k);
      auto const found = std::ranges::lower_bound(outputs, view.output_rows[place]);
      ASSERT_NE(found, outputs.end());
      EXPECT_EQ(rules.view().inputs_of(k)[static_cast<std::size_t>(found - outputs.begin())], input);
    }
  }
  EXPECT_EQ(pairs, rules.pair_count());
  EXPECT_EQ(list_of(view.group_masks, view.groups() * 4), masks);
}

TYPED_TEST(RowMapOf, NoSitesIsEmpty) {
  SiteSet<2> const none(Grid<2>{}, {});
  auto const map = build_row_map(TypeParam::policy(), none, none, KernelGeometry<2>{.kernel_size = 3, .padding = 1});
  EXPECT_EQ(map.element_count(), 9);
  EXPECT_EQ(map.bytes(), 0);
}

}  // namespace
}  // namespace sparseconv

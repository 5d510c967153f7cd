#include "sparseconv/tensor/item_offsets.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <vector>

#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::item_offsets_test {
namespace {

using test::message_of;

template <int D>
std::vector<Row> offsets_of(SiteSet<D> const& sites) {
  auto const offsets = item_offsets(seq, sites);
  return {offsets->begin(), offsets->end()};
}

/// Sites of five items, of which the first, the third and the last have none.
SiteSet<2> gappy() {
  return test::sites_of(Grid<2>{.batch_size = 5}, {{1, {0, 0}}, {1, {0, 3}}, {3, {-7, 2}}});
}

TEST(ItemOffsets, LeadToTheRowsOfEachItemByHand) {
  EXPECT_EQ(offsets_of(gappy()), (std::vector<Row>{0, 0, 2, 2, 3, 3}));
  EXPECT_EQ(offsets_of(SiteSet<3>{}), (std::vector<Row>{0, 0}));
  EXPECT_EQ(offsets_of(SiteSet<3>(Grid<3>{.batch_size = 0}, {})), (std::vector<Row>{0}));
  EXPECT_EQ(empty_items(offsets_of(gappy())), 3);
  EXPECT_EQ(empty_items(std::vector<Row>{0}), 0);
}

TEST(ItemOffsets, GiveTheRowsOfOneItem) {
  EXPECT_EQ(rows_of_item(gappy(), 0), (RowRange{0, 0}));
  EXPECT_EQ(rows_of_item(gappy(), 1), (RowRange{0, 2}));
  EXPECT_EQ(rows_of_item(gappy(), 3), (RowRange{2, 3}));
  EXPECT_EQ(rows_of_item(gappy(), 4), (RowRange{3, 3}));
  EXPECT_EQ(rows_of_item(gappy(), 1).size(), 2);
}

/// Each row once more: every site's item must be the one whose rows hold it, on every policy.
template <int D>
void expect_every_site_in_its_item(std::int64_t count) {
  PerAxis<D> extent = 40;
  Grid<D> const grid{.shape = extent, .batch_size = 7};
  auto const sites = test::sites_of(
      grid, test::random_coordinates<D>(test::range_of(grid, {0, 4, 6}), count, 3 + static_cast<std::uint32_t>(D)));
  test::for_each_host_policy([&](auto const& where) {
    SiteSet<D> const fresh(grid, Buffer<Coordinate<D>>(sites.coordinates()));
    auto const offsets = item_offsets(where, fresh);
    ASSERT_EQ(offsets->size(), 8);
    std::int64_t found = 0;
    for (std::int32_t item = 0; item < 7; ++item) {
      for (Row row = (*offsets)[item]; row < (*offsets)[item + 1]; ++row, ++found) {
        ASSERT_EQ(fresh.data()[row].batch, item);
      }
      EXPECT_EQ(rows_of_item(fresh, item), (RowRange{(*offsets)[item], (*offsets)[item + 1]}));
    }
    EXPECT_EQ(found, fresh.size());
    EXPECT_EQ(empty_items(*offsets), 3);
  });
}

TEST(ItemOffsets, HoldEverySiteInItsItem) {
  expect_every_site_in_its_item<1>(60);
  expect_every_site_in_its_item<2>(900);
  expect_every_site_in_its_item<3>(5000);
  expect_every_site_in_its_item<4>(300);
}

TEST(ItemOffsets, AreKeptWithTheSetAndCounted) {
  SiteSet<2> const sites = gappy();
  EXPECT_EQ(sites.derived_bytes(), 0);
  auto const offsets = item_offsets(seq, sites);
  EXPECT_EQ(sites.derived_bytes(), 6 * 4);
  EXPECT_EQ(item_offsets(test::OnCpu<3>::policy(), sites), offsets) << "the policies of the host share them";
  SiteSet<2> const copy = sites;
  EXPECT_EQ(item_offsets(seq, copy), offsets);
  EXPECT_NE(item_offsets(seq, gappy()), offsets) << "an equal set is another";
  sites.release_derived();
  EXPECT_EQ(sites.derived_bytes(), 0);
  EXPECT_EQ(offsets->size(), 6) << "who has them keeps them";
}

TEST(ItemOffsets, RefuseItemsOutsideTheBatch) {
  auto const message = [](std::int64_t item) {
    return message_of<CoordinateError>([&] { return rows_of_item(gappy(), item); });
  };
  EXPECT_EQ(message(5), "rows_of_item: batch item 5 of a batch of 5; items are numbered from 0 to batch_size - 1");
  EXPECT_EQ(message(-1), "rows_of_item: batch item -1 of a batch of 5; items are numbered from 0 to batch_size - 1");
  EXPECT_EQ(message(std::numeric_limits<std::int64_t>::max()).substr(0, 45),
            "rows_of_item: batch item 9223372036854775807 ");
  SiteSet<2> sites = gappy();
  SiteSet<2> const moved = std::move(sites);
  EXPECT_EQ(message_of<ShapeError>([&] { return item_offsets(seq, sites); }),  // NOLINT: what it says after a move
            "SiteSet: the set was moved from and has nothing to convolve; use the one that it was moved to");
}

}  // namespace
}  // namespace sparseconv::item_offsets_test

#include "sparseconv/execute/item_blocks.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace sparseconv::item_blocks_test {
namespace {

TEST(BlockCount, IsThatOfWholeBlocksAndARest) {
  EXPECT_EQ(block_count(0), 0);
  EXPECT_EQ(block_count(1), 1);
  EXPECT_EQ(block_count(256), 1);
  EXPECT_EQ(block_count(257), 2);
  EXPECT_EQ(block_count(2147483647), 8388608);
}

/// Items of so many rows, one behind another.
std::vector<Row> offsets_of(std::vector<Row> const& rows) {
  std::vector<Row> offsets{0};
  for (Row const count : rows) offsets.push_back(offsets.back() + count);
  return offsets;
}

/// Walks the places in order: the blocks with rows must be those of the items cut every 256 rows from each item's first, and stand at
/// the item's own places.
void expect_blocks(std::vector<Row> const& rows) {
  std::vector<Row> const offsets = offsets_of(rows);
  auto const items = static_cast<std::int64_t>(rows.size());
  ItemBlocks const blocks{offsets.data(), items};
  std::int64_t const places = blocks.place_count(offsets.back());
  std::vector<bool> taken(static_cast<std::size_t>(places));
  for (std::int64_t item = 0; item < items; ++item) {
    std::int64_t begin = offsets[static_cast<std::size_t>(item)];
    std::int64_t const end = offsets[static_cast<std::size_t>(item) + 1];
    std::int64_t count = 0;
    for (; begin < end; begin += 256, ++count) {
      std::int64_t const place = blocks.first_place(item) + count;
      ASSERT_LT(place, places);
      ASSERT_FALSE(taken[static_cast<std::size_t>(place)]) << "two blocks have place " << place;
      taken[static_cast<std::size_t>(place)] = true;
      ItemBlocks::Block const block = blocks.block_at(place);
      EXPECT_EQ(block.begin, begin);
      EXPECT_EQ(block.end, end - begin < 256 ? end : begin + 256);
    }
    EXPECT_EQ(blocks.blocks_of(item), count);
  }
  // Places that no block has must have no rows, as a device works on all of them.
  for (std::int64_t place = 0; place < places; ++place) {
    if (taken[static_cast<std::size_t>(place)]) continue;
    ItemBlocks::Block const block = blocks.block_at(place);
    EXPECT_LE(block.end, block.begin) << "place " << place;
  }
}

TEST(ItemBlocks, HoldEveryRowOnce) {
  for (std::vector<Row> const& rows : std::vector<std::vector<Row>>{{1},
                                                                    {255},
                                                                    {256},
                                                                    {257},
                                                                    {0},
                                                                    {0, 0, 0},
                                                                    {0, 1, 0},
                                                                    {256, 256, 256},
                                                                    {255, 1, 255, 1},
                                                                    {1, 255, 1, 255},
                                                                    {511, 513, 0, 0, 512},
                                                                    {0, 0, 1000, 0, 0, 3, 0}})
    expect_blocks(rows);
}

TEST(ItemBlocks, HoldEveryRowOfRandomItemsOnce) {
  std::mt19937 random(5);
  for (int round = 0; round < 300; ++round) {
    std::vector<Row> rows(1 + random() % 40);
    std::uint32_t const most = round % 3 == 0 ? 3 : round % 3 == 1 ? 300 : 2000;
    for (Row& count : rows) count = static_cast<Row>(random() % 4 == 0 ? 0 : random() % most);
    expect_blocks(rows);
  }
}

TEST(ItemBlocks, ReachTheLastRowThereIs) {
  std::vector<Row> const offsets{0, 2147483000, 2147483647};
  ItemBlocks const blocks{offsets.data(), 2};
  std::int64_t const last = blocks.first_place(1) + blocks.blocks_of(1) - 1;
  EXPECT_LT(last, blocks.place_count(2147483647));
  EXPECT_EQ(blocks.block_at(last).begin, 2147483000 + 512);
  EXPECT_EQ(blocks.block_at(last).end, 2147483647);
}

TEST(ItemBlocks, OfNoItemsAreNone) {
  Row const none = 0;
  EXPECT_EQ((ItemBlocks{&none, 0}.place_count(0)), 0);
}

}  // namespace
}  // namespace sparseconv::item_blocks_test

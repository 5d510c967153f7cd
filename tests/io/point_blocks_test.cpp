#include "sparseconv/io/point_blocks.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "sparseconv/io/fixed_rows.hpp"
#include "support/byte_writer.hpp"
#include "support/error_message.hpp"

namespace sparseconv::point_blocks_test {
namespace {

using test::ByteWriter;

RecordLayout three_doubles() {
  RecordLayout layout;
  for (std::size_t i = 0; i < 3; ++i) layout.numbers.push_back({ScalarType::float64, false, 8 * i});
  layout.record_bytes = 24;
  return layout;
}

std::unique_ptr<PointRows> open(ByteWriter const& writer) {
  return std::make_unique<FixedRows>(ByteWindow(writer.bytes(), "read"), three_doubles(), writer.size() / 24);
}

TEST(PointBlocks, HaveTheOffsetOfTheFirst65536PointsWhateverTheirSize) {
  // Point 65535 is the last that is looked at, the next is not.
  for (std::int64_t const place : {65535, 65536}) {
    ByteWriter writer;
    for (std::int64_t i = 0; i < 70000; ++i) writer.numbers<double>(i >= place ? 500000.3 : 1, 2, 3);
    std::array<double, 3> const expected = {place == 65535 ? 500000.0 : 0.0, 0, 0};
    EXPECT_EQ(PointBlocks(open(writer)).rest().offset, expected);
    for (std::int64_t const points : {1000, 69999}) {
      PointBlocks blocks(open(writer), {.block_points = points});
      std::int64_t count = 0;
      for (PointCloud block; blocks.next(block); count += block.size()) ASSERT_EQ(block.offset, expected);
      EXPECT_EQ(count, 70000);
    }
  }
}

TEST(PointBlocks, TakeAnOffsetThatIsGiven) {
  ByteWriter writer;
  writer.numbers<double>(500000.25, 2, 3);
  PointCloud const cloud = PointBlocks(open(writer), {.offset = {{499999, 1, 0}}}).rest();
  EXPECT_EQ(cloud.offset, (std::array<double, 3>{499999, 1, 0}));
  EXPECT_EQ(cloud.values, (std::vector<float>{1.25, 1, 3}));
}

TEST(PointBlocks, GiveTheRestBehindABlock) {
  ByteWriter writer;
  for (int i = 0; i < 10; ++i) writer.numbers<double>(i, 0, 0);
  PointBlocks blocks(open(writer), {.block_points = 3});
  PointCloud block;
  EXPECT_EQ(blocks.progress(), 0);
  EXPECT_TRUE(blocks.next(block));
  EXPECT_EQ(block.size(), 3);
  PointCloud const rest = blocks.rest();
  EXPECT_EQ(rest.size(), 7);
  EXPECT_EQ(rest.row(0)[0], 3.0F);
  EXPECT_EQ(blocks.progress(), 1);
  EXPECT_FALSE(blocks.next(block));
  EXPECT_TRUE(block.empty());
}

TEST(PointBlocks, OfNoPointsHaveColumnsAndNoOffset) {
  PointCloud const cloud = PointBlocks(open(ByteWriter())).rest();
  EXPECT_TRUE(cloud.empty());
  EXPECT_EQ(cloud.columns, 3);
  EXPECT_EQ(cloud.offset, (std::array<double, 3>{}));
}

TEST(PointBlocks, NameAFileThatEndsTooSoon) {
  ByteWriter writer;
  writer.numbers<double>(1, 2, 3, 4);
  EXPECT_EQ(
      test::message_of<FormatError>([&] {
        return PointBlocks(std::make_unique<FixedRows>(ByteWindow(writer.bytes(), "read"), three_doubles(), 2)).rest();
      }),
      "read: 2 points of 24 bytes are too many for the file, which ends within point 1; the file is truncated");
}

}  // namespace
}  // namespace sparseconv::point_blocks_test

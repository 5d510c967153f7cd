#include "sparseconv/index/place_order.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <vector>

namespace sparseconv::place_order_test {
namespace {

// 3 x 3: the centre is element 4, its neighbours 1, 3, 5, 7 are one step away, the corners 0, 2, 6, 8 two.
TEST(ElementRanks, GoByTheDistanceFromTheCentre) {
  EXPECT_EQ(element_ranks(KernelGeometry<2>{.kernel_size = 3}), (std::vector<Row>{5, 1, 6, 2, 0, 3, 7, 4, 8}));
  // An even kernel has its centre at element 0 of 0, 1; dilation makes the second axis' steps three cells long.
  EXPECT_EQ(element_ranks(KernelGeometry<2>{.kernel_size = 2, .dilation = {1, 3}}), (std::vector<Row>{0, 2, 1, 3}));
  EXPECT_EQ(element_ranks(KernelGeometry<1>{.kernel_size = 3, .centre = PerAxis<1>(2)}), (std::vector<Row>{2, 1, 0}));
}

std::uint64_t number_of(std::uint64_t set, std::int64_t word) {
  std::uint64_t number = 0;
  for (Row rank = 0; rank < 64; ++rank) {
    if ((set >> rank & 1) != 0) number ^= flipped_bits(rank, word);
  }
  return number;
}

// A Gray code's inverse: the sets n ^ (n >> 1) of n = 0, 1, 2, ... differ in one bit each, and have the numbers n.
TEST(FlippedBits, NumberTheSetsAsAGrayCodeDoes) {
  for (std::uint64_t n = 0; n < 1000; ++n) EXPECT_EQ(number_of(n ^ (n >> 1), 0), n);
  std::uint64_t const large = 0x9E3779B97F4A7C15U;
  EXPECT_EQ(number_of(large ^ (large >> 1), 0), large);
}

TEST(FlippedBits, GoOnThroughTheWordsBelow) {
  EXPECT_EQ(flipped_bits(64, 1), 1U);
  EXPECT_EQ(flipped_bits(64, 0), ~std::uint64_t{0});
  EXPECT_EQ(flipped_bits(127, 1), ~std::uint64_t{0});
  EXPECT_EQ(flipped_bits(63, 1), 0U);
  EXPECT_EQ(flipped_bits(0, 0), 1U);
}

TEST(BlockKeys, PutMoreElementsFirstAndTheLastBlockLast) {
  EXPECT_LT(block_key(3, 9, 27, 20), block_key(0, 9, 27, 19));
  EXPECT_LT(block_key(2, 9, 27, 20), block_key(3, 9, 27, 20));
  EXPECT_LT(block_key(7, 9, 27, 0), block_key(8, 9, 27, 27));
  EXPECT_EQ(block_of_key(block_key(5, 9, 27, 3)), 5);
}

}  // namespace
}  // namespace sparseconv::place_order_test

#include "sparseconv/tensor/key_packing.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <type_traits>
#include <vector>

#include "support/error_message.hpp"
#include "support/random_numbers.hpp"

namespace sparseconv::key_packing_test {
namespace {

using test::message_of;

/// A box whose fields need the given numbers of bits, the low corner at -7.
template <int D>
Box<D> box_of_bits(std::array<int, static_cast<std::size_t>(D) + 1> const& bits) {
  Box<D> box;
  for (std::size_t field = 0; field < bits.size(); ++field) {
    box.low[field] = -7;
    box.high[field] = -7 + ((std::int64_t{1} << bits[field]) - 1);
  }
  return box;
}

TEST(KeyPacking, PacksByHand) {
  // batch 0..1: 1 bit, y -1..2: 2 bits, x 5..5: none. Key = batch << 2 | (y + 1).
  Box<2> box;
  box.include(WideCoordinate<2>{0, -1, 5});
  box.include(WideCoordinate<2>{1, 2, 5});
  KeyPacking<2, std::uint64_t> const packing(box);
  EXPECT_EQ(packing.bits(), 3);
  EXPECT_EQ(packing.key({0, -1, 5}), 0u);
  EXPECT_EQ(packing.key({0, 2, 5}), 3u);
  EXPECT_EQ(packing.key({1, 0, 5}), 5u);
  EXPECT_EQ(packing.coordinate(5), (WideCoordinate<2>{1, 0, 5}));
  EXPECT_EQ(packing.key({1, 0, 5}) + packing.offset_key({-1, 2, 0}), packing.key({0, 2, 5}));
}

TEST(KeyPacking, ContainsItsBoxAlone) {
  Box<1> box;
  box.include(WideCoordinate<1>{0, -2});
  box.include(WideCoordinate<1>{0, 4});
  KeyPacking<1, std::uint64_t> const packing(box);
  EXPECT_TRUE(packing.contains({0, -2}) && packing.contains({0, 4}));
  EXPECT_FALSE(packing.contains({0, -3}) || packing.contains({0, 5}) || packing.contains({1, 0}));
  EXPECT_FALSE((KeyPacking<1, std::uint64_t>().contains({0, 0})));
  EXPECT_FALSE((KeyPacking<1, std::uint64_t>(Box<1>{}).contains({0, 0})));
}

// In every box: keys sort as coordinates do, unpack to them, and neighbours are one addition apart.
template <int D, class Key>
void expect_an_order_preserving_bijection(Box<D> const& box) {
  KeyPacking<D, Key> const packing(box);
  test::RandomNumbers random(D);
  auto const draw = [&] {
    WideCoordinate<D> coordinate{};
    for (std::size_t field = 0; field < coordinate.size(); ++field) {
      coordinate[field] = random.between(box.low[field], box.high[field]);
      if (random.between(0, 3) == 0) coordinate[field] = random.between(0, 1) ? box.low[field] : box.high[field];
    }
    return coordinate;
  };
  for (int i = 0; i < 500; ++i) {
    WideCoordinate<D> const a = draw();
    WideCoordinate<D> const b = draw();
    ASSERT_EQ(a < b, packing.key(a) < packing.key(b));
    ASSERT_EQ(packing.coordinate(packing.key(a)), a);
    WideCoordinate<D> offset{};
    for (std::size_t field = 0; field < a.size(); ++field) offset[field] = b[field] - a[field];
    ASSERT_TRUE(packing.key(a) + packing.offset_key(offset) == packing.key(b));
  }
}

TEST(KeyPacking, KeepsTheOrderIn64Bits) {
  expect_an_order_preserving_bijection<1, std::uint64_t>(box_of_bits<1>({0, 5}));
  expect_an_order_preserving_bijection<2, std::uint64_t>(box_of_bits<2>({3, 0, 7}));
  expect_an_order_preserving_bijection<3, std::uint64_t>(box_of_bits<3>({1, 20, 21, 21}));
}

TEST(KeyPacking, KeepsTheOrderIn128Bits) {
  expect_an_order_preserving_bijection<2, WideKey>(box_of_bits<2>({2, 31, 32}));
  expect_an_order_preserving_bijection<3, WideKey>(box_of_bits<3>({0, 62, 0, 61}));
  expect_an_order_preserving_bijection<3, WideKey>(box_of_bits<3>({31, 32, 32, 32}));
}

// The cells that a line contains are those of the box, with the same keys, and no others.
template <int D, class Key>
void expect_lines(Box<D> const& box) {
  KeyPacking<D, Key> const packing(box);
  test::RandomNumbers random(D);
  for (int i = 0; i < 500; ++i) {
    WideCoordinate<D> cell{};
    for (std::size_t field = 0; field < cell.size(); ++field) {
      cell[field] = random.between(box.low[field] - 1, box.high[field] + 1);
      if (random.between(0, 3) == 0) cell[field] = random.between(0, 1) ? box.low[field] : box.high[field];
    }
    auto const line = packing.line(cell);
    ASSERT_EQ(line.contains(cell[D]), packing.contains(cell));
    if (!packing.contains(cell)) continue;
    ASSERT_TRUE(line.key(cell[D]) == packing.key(cell));
  }
}

TEST(KeyPacking, HasLinesAlongTheLastAxis) {
  expect_lines<1, std::uint64_t>(box_of_bits<1>({0, 5}));
  expect_lines<3, std::uint64_t>(box_of_bits<3>({1, 2, 3, 4}));
  expect_lines<3, std::uint64_t>(box_of_bits<3>({1, 20, 21, 0}));
  expect_lines<3, WideKey>(box_of_bits<3>({2, 62, 1, 61}));
  for (std::int64_t const far : {std::int64_t{0}, std::int64_t{-8}, std::numeric_limits<std::int64_t>::min()}) {
    EXPECT_FALSE((KeyPacking<2, std::uint64_t>(Box<2>{}).line({0, far, far}).contains(far)));
  }
}

TEST(KeyPacking, TakesTheNarrowestKeyThatLeavesOneValueFree) {
  auto const bytes = [](auto const& box) {
    return with_key_packing(box, "call", []<class Packing>(Packing const& packing) {
      return sizeof(packing.key(WideCoordinate<3>{0, -7, -7, -7}));
    });
  };
  EXPECT_EQ(bytes(box_of_bits<3>({0, 21, 21, 21})), 8u);
  EXPECT_EQ(bytes(box_of_bits<3>({1, 21, 21, 21})), 16u);
  EXPECT_EQ(bytes(box_of_bits<3>({31, 32, 32, 32})), 16u);
}

TEST(KeyPacking, HoldsFieldsAsWideAs64Bits) {
  constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();
  Box<1> box;
  box.include(WideCoordinate<1>{0, lowest});
  box.include(WideCoordinate<1>{7, highest});
  ASSERT_EQ((KeyPacking<1, WideKey>::bits_needed(box)), 67);
  KeyPacking<1, WideKey> const packing(box);
  for (std::int64_t const position : {lowest, lowest + 1, std::int64_t{-1}, std::int64_t{0}, highest}) {
    EXPECT_EQ(packing.coordinate(packing.key({5, position})), (WideCoordinate<1>{5, position}));
    EXPECT_TRUE(packing.line({5, 0}).key(position) == packing.key({5, position}));
  }
  EXPECT_TRUE(packing.key({5, 0}) + packing.offset_key({0, lowest}) == packing.key({5, lowest}));
}

TEST(KeyPacking, SaysSoBeyond127Bits) {
  EXPECT_EQ(message_of<CapacityError>([] {
              with_key_packing(box_of_bits<3>({32, 32, 32, 32}), "build_hash_table", [](auto const&) {});
            }),
            "build_hash_table: the sites span a box whose coordinates need 128 bits, keys have 127; split the sites "
            "into parts that lie closer together");
}

}  // namespace
}  // namespace sparseconv::key_packing_test

#include "sparseconv/primitive/wide_key.hpp"

#include <gtest/gtest.h>

#include "support/random_numbers.hpp"

namespace sparseconv::wide_key_test {
namespace {

constexpr std::uint64_t all_ones = ~std::uint64_t{0};

TEST(WideKey, CarriesAndBorrowsBetweenItsHalves) {
  EXPECT_EQ(WideKey(0, all_ones) + WideKey(1), WideKey(1, 0));
  EXPECT_EQ(WideKey(1, 0) - WideKey(1), WideKey(0, all_ones));
  EXPECT_EQ(WideKey(0) - WideKey(1), WideKey(all_ones, all_ones));
  EXPECT_EQ(WideKey(all_ones, all_ones) + WideKey(1), WideKey(0));
}

TEST(WideKey, ShiftsOverItsHalves) {
  WideKey const bit(1);
  EXPECT_EQ(bit << 0, WideKey(0, 1));
  EXPECT_EQ(bit << 63, WideKey(0, std::uint64_t{1} << 63));
  EXPECT_EQ(bit << 64, WideKey(1, 0));
  EXPECT_EQ(bit << 127, WideKey(std::uint64_t{1} << 63, 0));
  EXPECT_EQ(WideKey(5, 0) >> 0, WideKey(5, 0));
  EXPECT_EQ(WideKey(5, 0) >> 1, WideKey(2, std::uint64_t{1} << 63));
  EXPECT_EQ(WideKey(5, 0) >> 64, WideKey(0, 5));
  EXPECT_EQ(WideKey(5, 0) >> 66, WideKey(0, 1));
}

TEST(WideKey, ComparesTheHighHalfFirst) {
  EXPECT_LT(WideKey(0, all_ones), WideKey(1, 0));
  EXPECT_LT(WideKey(1, 0), WideKey(1, 1));
  EXPECT_EQ(low_bits(WideKey(7, 9)), 9u);
  EXPECT_EQ(low_bits(std::uint64_t{9}), 9u);
}

#ifdef __SIZEOF_INT128__
__extension__ using Native = unsigned __int128;

Native native(WideKey key) {
  return (Native{key.high} << 64) | key.low;
}

TEST(WideKey, ComputesAsTheCompilersOwn) {
  test::RandomNumbers random(3);
  auto const half = [&] {
    // Halves near the ends carry more often than those in between.
    std::int64_t const near = random.between(-2, 2);
    return static_cast<std::uint64_t>(random.between(0, 1) == 0 ? near : random.between(INT64_MIN, INT64_MAX));
  };
  for (int i = 0; i < 2000; ++i) {
    WideKey const a(half(), half());
    WideKey const b(half(), half());
    int const bits = static_cast<int>(random.between(0, 127));
    ASSERT_TRUE(native(a + b) == native(a) + native(b));
    ASSERT_TRUE(native(a - b) == native(a) - native(b));
    ASSERT_TRUE(native(a | b) == (native(a) | native(b)));
    ASSERT_TRUE(native(a ^ b) == (native(a) ^ native(b)));
    ASSERT_TRUE(native(a << bits) == native(a) << bits) << bits;
    ASSERT_TRUE(native(a >> bits) == native(a) >> bits) << bits;
    ASSERT_EQ(a < b, native(a) < native(b));
  }
}
#endif

}  // namespace
}  // namespace sparseconv::wide_key_test

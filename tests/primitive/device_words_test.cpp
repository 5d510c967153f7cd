#include "sparseconv/primitive/device_words.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstdint>
#include <limits>

#include "support/random_numbers.hpp"

namespace sparseconv::device_words_test {
namespace {

template <class Word>
class DeviceWords : public ::testing::Test {};
using Widths = ::testing::Types<std::uint32_t, std::uint64_t>;
TYPED_TEST_SUITE(DeviceWords, Widths);

template <class Word>
void expect_like_the_standard(Word word) {
  EXPECT_EQ(count_ones(word), std::popcount(word)) << word;
  EXPECT_EQ(lowest_one(word), std::countr_zero(word)) << word;
  EXPECT_EQ(bit_length(word), static_cast<int>(std::bit_width(word))) << word;
}

TYPED_TEST(DeviceWords, OfBitsAreThoseOfTheStandardOnTheHost) {
  constexpr int width = std::numeric_limits<TypeParam>::digits;
  expect_like_the_standard(TypeParam{0});
  expect_like_the_standard(static_cast<TypeParam>(~TypeParam{0}));
  for (int bit = 0; bit < width; ++bit) {
    TypeParam const one = TypeParam{1} << bit;
    expect_like_the_standard(one);
    expect_like_the_standard(static_cast<TypeParam>(one - 1));
    expect_like_the_standard(static_cast<TypeParam>(~one));
  }
  test::RandomNumbers random(7);
  for (int i = 0; i < 10'000; ++i) {
    auto word = static_cast<TypeParam>(random.between(0, std::numeric_limits<std::int32_t>::max()));
    word = static_cast<TypeParam>(word * 0x9E3779B97F4A7C15U) >> random.between(0, width - 1);
    expect_like_the_standard(word);
  }
}

TEST(DeviceWords, CompareArrays) {
  using Three = std::array<std::int32_t, 3>;
  constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();
  constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();
  std::array<Three, 6> const rising{Three{least, most, 0}, {-1, 0, 0}, {0, least, most}, {0, 0, -1}, {0, 0, 0},
                                    {most, least, least}};
  for (std::size_t i = 0; i < rising.size(); ++i) {
    for (std::size_t j = 0; j < rising.size(); ++j) {
      EXPECT_EQ(same_numbers(rising[i], rising[j]), i == j) << i << ' ' << j;
      EXPECT_EQ(comes_before(rising[i], rising[j]), i < j) << i << ' ' << j;
    }
  }
}

}  // namespace
}  // namespace sparseconv::device_words_test

#include "sparseconv/index/cpu/key_lanes.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>

namespace sparseconv::cpu_key_lanes_test {
namespace {

#if SPARSECONV_X86_KERNELS && SPARSECONV_BODIES

#define SPARSECONV_TEST_TARGET __attribute__((target("avx512f")))

template <class Key>
using Keys = std::array<Key, 64 / sizeof(Key)>;

template <class Key>
SPARSECONV_TEST_TARGET __m512i lanes_of(Keys<Key> const& keys) {
  return _mm512_loadu_si512(keys.data());
}

template <class Key>
SPARSECONV_TEST_TARGET Keys<Key> keys_of(__m512i lanes) {
  Keys<Key> keys;
  _mm512_storeu_si512(keys.data(), lanes);
  return keys;
}

/// Keys that are often equal, often at an end, and whose order depends on the highest bit.
template <class Key>
Keys<Key> some_keys(std::mt19937_64& random) {
  Key const middle = static_cast<Key>(Key{1} << (8 * sizeof(Key) - 1));
  std::array<Key, 6> const ends{
      0, 1, static_cast<Key>(~Key{0}), middle, static_cast<Key>(middle - 1), static_cast<Key>(0x80)};
  Keys<Key> keys;
  for (Key& key : keys) key = random() % 2 == 0 ? ends[random() % ends.size()] : static_cast<Key>(random());
  return keys;
}

/// Compares every function with the same for one lane after the other, in the arithmetic of unsigned numbers.
template <class Key>
SPARSECONV_TEST_TARGET void expect_lanes() {
  using Lanes = on_cpu::KeyLanes<Key>;
  constexpr std::size_t count = 64 / sizeof(Key);
  static_assert(Lanes::count == count);
  std::mt19937_64 random(3);
  for (int round = 0; round < 2000; ++round) {
    Keys<Key> const a = some_keys<Key>(random);
    Keys<Key> const b = some_keys<Key>(random);
    auto const mask = static_cast<typename Lanes::Mask>(random());
    Keys<Key> places{};
    for (Key& place : places) place = static_cast<Key>(random() % (2 * count));
    auto const number = static_cast<std::uint64_t>(random());

    Keys<Key> const all = keys_of<Key>(Lanes::all(number));
    Keys<Key> const sum = keys_of<Key>(Lanes::sum(lanes_of<Key>(a), lanes_of<Key>(b)));
    Keys<Key> const sum_where = keys_of<Key>(Lanes::sum_where(mask, lanes_of<Key>(a), lanes_of<Key>(b)));
    Keys<Key> const picked = keys_of<Key>(Lanes::pick(lanes_of<Key>(a), lanes_of<Key>(places), lanes_of<Key>(b)));
    unsigned const less = Lanes::less(lanes_of<Key>(a), lanes_of<Key>(b));
    unsigned const equal = Lanes::equal(mask, lanes_of<Key>(a), lanes_of<Key>(b));
    std::array<std::uint8_t, 18> bytes;
    bytes.fill(0xAA);
    Lanes::store_bytes(bytes.data() + 1, lanes_of<Key>(a));
    EXPECT_EQ(bytes.front(), 0xAA);
    EXPECT_EQ(bytes.back(), 0xAA);
    for (std::size_t i = 0; i < count; ++i) {
      bool const is_taken = (unsigned{mask} >> i & 1U) != 0;
      ASSERT_EQ(all[i], static_cast<Key>(number));
      ASSERT_EQ(sum[i], static_cast<Key>(a[i] + b[i]));
      ASSERT_EQ(sum_where[i], static_cast<Key>(is_taken ? a[i] + b[i] : a[i]));
      std::size_t const place = places[i];
      ASSERT_EQ(picked[i], place < count ? a[place] : b[place - count]);
      ASSERT_EQ((less >> i & 1U) != 0, a[i] < b[i]);
      ASSERT_EQ((equal >> i & 1U) != 0, is_taken && a[i] == b[i]);
      ASSERT_EQ(bytes[i + 1], static_cast<std::uint8_t>(a[i]));
    }
    for (std::size_t i = count; i < 16; ++i) ASSERT_EQ(bytes[i + 1], 0) << "behind the last lane";
    ASSERT_EQ(less >> count, 0U);
    ASSERT_EQ(equal >> count, 0U);
  }
}

TEST(KeyLanes, DoAsTheirLanesDoAlone) {
  if (best_instruction_set() < InstructionSet::avx512) GTEST_SKIP() << "this processor has no AVX-512";
  expect_lanes<std::uint32_t>();
  expect_lanes<std::uint64_t>();
}

#endif

}  // namespace
}  // namespace sparseconv::cpu_key_lanes_test

#include "sparseconv/number/cpu/narrow_numbers.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <vector>

#include "support/instruction_sets.hpp"

namespace sparseconv::cpu_narrow_numbers_test {
namespace {

template <class T>
class NarrowNumbers : public ::testing::Test {};
using NarrowTypes = ::testing::Types<half, bfloat16>;
TYPED_TEST_SUITE(NarrowNumbers, NarrowTypes);

template <class T>
std::vector<T> every_number() {
  std::vector<T> all;
  for (int bits = 0; bits < 1 << 16; ++bits) all.push_back(T::from_bits(static_cast<std::uint16_t>(bits)));
  return all;
}

TYPED_TEST(NarrowNumbers, WidenAsOneByOne) {
  auto const narrow_numbers = every_number<TypeParam>();
  for (auto const set : test::instruction_sets()) {
    std::vector<float> wide(narrow_numbers.size());
    on_cpu::widen_numbers(narrow_numbers.data(), wide.data(), std::ssize(wide), set);
    for (std::size_t i = 0; i < wide.size(); ++i) {
      float const expected = narrow_numbers[i];
      ASSERT_EQ(std::isnan(wide[i]), std::isnan(expected)) << i;
      if (!std::isnan(expected)) {
        ASSERT_EQ(std::bit_cast<std::uint32_t>(wide[i]), std::bit_cast<std::uint32_t>(expected)) << i;
      }
    }
  }
}

// Every two-byte number, the floats beside it, the ties between it and the next, and the floats beside those.
template <class T>
std::vector<float> floats_around_every_number() {
  std::vector<float> all;
  auto const add = [&all](std::uint32_t bits) {
    for (std::uint32_t const near : {bits - 1, bits, bits + 1}) all.push_back(std::bit_cast<float>(near));
  };
  for (T const number : every_number<T>()) {
    auto const bits = std::bit_cast<std::uint32_t>(static_cast<float>(number));
    add(bits);
    add(bits + (std::uint32_t{1} << (22 - T::significand_bits)));
  }
  float const smallest = std::numeric_limits<T>::denorm_min();
  for (float const tiny : {smallest / 2, smallest / 4, smallest * 1.5F, std::numeric_limits<float>::denorm_min()}) {
    add(std::bit_cast<std::uint32_t>(tiny));
  }
  add(std::bit_cast<std::uint32_t>(std::numeric_limits<float>::max()));
  return all;
}

TYPED_TEST(NarrowNumbers, RoundAsOneByOne) {
  auto const floats = floats_around_every_number<TypeParam>();
  for (auto const set : test::instruction_sets()) {
    std::vector<TypeParam> rounded(floats.size());
    on_cpu::narrow_numbers(floats.data(), rounded.data(), std::ssize(floats), set);
    for (std::size_t i = 0; i < floats.size(); ++i) {
      ASSERT_EQ(rounded[i].bits(), TypeParam(floats[i]).bits()) << std::bit_cast<std::uint32_t>(floats[i]);
    }
  }
}

TYPED_TEST(NarrowNumbers, TakeAnyCountAndNoNumberMore) {
  for (auto const set : test::instruction_sets()) {
    for (std::int64_t count = 0; count <= 25; ++count) {
      auto const size = static_cast<std::size_t>(count);
      std::vector<TypeParam> numbers(size + 1, TypeParam(0.5F));
      std::vector<float> wide(size + 1, 7.0F);
      on_cpu::widen_numbers(numbers.data(), wide.data(), count, set);
      EXPECT_EQ(wide, [&] {
        std::vector<float> expected(size, 0.5F);
        expected.push_back(7.0F);
        return expected;
      }());
      on_cpu::narrow_numbers(wide.data() + 1, numbers.data(), count, set);
      EXPECT_EQ(static_cast<float>(numbers.back()), 0.5F);
      if (count > 0) {
        EXPECT_EQ(static_cast<float>(numbers[size - 1]), 7.0F);
      }
    }
  }
}

}  // namespace
}  // namespace sparseconv::cpu_narrow_numbers_test

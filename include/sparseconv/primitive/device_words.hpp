#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "sparseconv/config.hpp"

namespace sparseconv::inline v0_1 {

// Words for bits and comparisons that mean the same on the host and in device code.
//
// The standard's own are not safe there: some of them are functions of the host for nvcc (13.0 with libstdc++ 12), and
// inside a constexpr function it drops such a call without a word. std::countr_zero then is 32, == of std::array is false,
// and std::copy copies nothing. What is used below was read in the compiler's code: std::popcount and std::countl_zero of
// 32 bits.

/// How many bits of a word are 1.
constexpr int count_ones(std::uint32_t word) {
  return std::popcount(word);
}
/// The same of 64 bits.
constexpr int count_ones(std::uint64_t word) {
  return count_ones(static_cast<std::uint32_t>(word)) + count_ones(static_cast<std::uint32_t>(word >> 32));
}

/// The number of the lowest bit that is 1, counted from 0; of a word without one, its width.
constexpr int lowest_one(std::uint32_t word) {
  return count_ones(~word & (word - 1));
}
/// The same of 64 bits.
constexpr int lowest_one(std::uint64_t word) {
  return count_ones(~word & (word - 1));
}

/// The least number of bits that hold the number: 0 for 0, and one more than the number of the highest bit that is 1.
constexpr int bit_length(std::uint32_t number) {
  return 32 - std::countl_zero(number);
}
/// The same of 64 bits.
constexpr int bit_length(std::uint64_t number) {
  auto const high = static_cast<std::uint32_t>(number >> 32);
  return high != 0 ? 32 + bit_length(high) : bit_length(static_cast<std::uint32_t>(number));
}

/// Whether two arrays hold the same numbers.
template <class T, std::size_t Count>
constexpr bool same_numbers(std::array<T, Count> const& a, std::array<T, Count> const& b) {
  bool same = true;
  SPARSECONV_UNROLL
  for (std::size_t i = 0; i < Count; ++i) same &= a[i] == b[i];
  return same;
}

/// Whether `a` comes before `b`: the first number in which they differ is smaller.
template <class T, std::size_t Count>
constexpr bool comes_before(std::array<T, Count> const& a, std::array<T, Count> const& b) {
  SPARSECONV_UNROLL
  for (std::size_t i = 0; i < Count; ++i) {
    if (a[i] != b[i]) return a[i] < b[i];
  }
  return false;
}

}  // namespace sparseconv::inline v0_1

#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "compress_scan/exponential_table.hpp"

namespace compress_scan {

/// How many symbols there are: the halves of an occupancy of eight bits.
inline constexpr int symbols = 16;

/// What the probabilities of the symbols are parts of.
inline constexpr std::uint32_t whole = 1U << 16;

/// The numbers below 2^16, shared out among the symbols: symbol s has those from starts[s] to the next symbol's start, at least one. Its
/// probability is their count / 2^16.
struct SymbolPartition {
  std::array<std::uint16_t, symbols> starts{};

  [[nodiscard]] constexpr std::uint32_t start(int symbol) const { return starts[static_cast<std::size_t>(symbol)]; }
  [[nodiscard]] constexpr std::uint32_t size(int symbol) const {
    return (symbol + 1 < symbols ? start(symbol + 1) : whole) - start(symbol);
  }
};

/// Logits beyond this count as this.
inline constexpr float largest_logit = 1024;

/// The probabilities softmax(logits) as integers, from which coding goes on: the same for the same logits on every machine.
///
/// Logits are rounded to multiples of 2^-10, of two that are equally near to the even one. Beyond +-1024 they count as +-1024, and NaN as
/// -1024. The weight of a symbol is that of the table for its difference to the largest logit, an integer up to 65535. With
/// r = floor(65520 * 2^16 / the sum of the weights) a symbol gets 1 + floor(weight * r / 2^16) numbers; the first of the largest logit
/// gets those that are left.
inline SymbolPartition partition_by_logits(float const* logits) {
  // In [2^23, 2^24) floats are the integers, so the sum is rounded to one, and the bits of two such floats differ by what these differ.
  // The product is exact, hence it is no matter whether a compiler fuses it with the sum.
  constexpr float rounds_to_integer = 12582912;  // 1.5 * 2^23
  std::array<std::int32_t, symbols> steps;
  std::int32_t largest = 0;
  for (std::size_t s = 0; s < symbols; ++s) {
    float const above = logits[s] > -largest_logit ? logits[s] : -largest_logit;  // false for NaN
    float const logit = above < largest_logit ? above : largest_logit;
    steps[s] = std::bit_cast<std::int32_t>(logit * 1024 + rounds_to_integer);
    largest = std::max(largest, steps[s]);
  }
  std::array<std::uint32_t, symbols> weights;
  std::uint32_t total = 0;
  for (std::size_t s = 0; s < symbols; ++s) {
    auto const difference = static_cast<std::size_t>(largest - steps[s]);
    weights[s] = exponential_table[std::min(difference, first_without_weight)];
    total += weights[s];
  }
  std::uint32_t const ratio = ((whole - symbols) << 16) / total;
  std::uint32_t left = whole;
  for (std::uint32_t& weight : weights) {
    weight = 1 + (weight * ratio >> 16);  // at most 65535 * 65520, which 32 bits hold
    left -= weight;
  }
  weights[static_cast<std::size_t>(std::find(steps.begin(), steps.end(), largest) - steps.begin())] += left;
  SymbolPartition partition;
  std::uint32_t next = 0;
  for (std::size_t s = 0; s < symbols; ++s) {
    partition.starts[s] = static_cast<std::uint16_t>(next);
    next += weights[s];
  }
  return partition;
}

}  // namespace compress_scan

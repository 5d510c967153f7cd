#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "compress_scan/exponential_table.hpp"
#include "compress_scan/symbol_partition.hpp"

namespace compress_scan {

/// So many rows of logits are shared out side by side: numbers of 16 bits fill a vector that all processors have.
inline constexpr std::size_t block_rows = 8;

/// partition_by_logits of block_rows rows, 16 logits each, one after another: the same integers. A vector has a number of each row, so
/// that sums over a row's symbols wait for nothing within it.
inline void partition_block(float const* logits, SymbolPartition* partitions) {
  constexpr std::size_t rows = block_rows;
  constexpr float rounds_to_integer = 12582912;  // see partition_by_logits
  constexpr auto cut = static_cast<float>(first_without_weight);
  std::array<std::array<float, rows>, symbols> steps;
  std::array<float, rows> largest;
  largest.fill(rounds_to_integer - largest_logit * 1024);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t s = 0; s < symbols; ++s) steps[s][row] = logits[symbols * row + s];
  }
  for (std::size_t s = 0; s < symbols; ++s) {
    for (std::size_t row = 0; row < rows; ++row) {
      float const logit = steps[s][row];
      float const above = logit > -largest_logit ? logit : -largest_logit;  // false for NaN
      float const step = (above < largest_logit ? above : largest_logit) * 1024 + rounds_to_integer;
      steps[s][row] = step;
      largest[row] = largest[row] > step ? largest[row] : step;
    }
  }
  std::array<std::array<std::int32_t, rows>, symbols> differences;  // exact, as of floats that are integers below 2^24
  for (std::size_t s = 0; s < symbols; ++s) {
    for (std::size_t row = 0; row < rows; ++row) {
      float const difference = largest[row] - steps[s][row];
      differences[s][row] = static_cast<std::int32_t>(difference < cut ? difference : cut);
    }
  }
  // From here on 16 bits hold all but the sum of the weights: that is 65535 at least, so the ratio is at most 65520. What is left
  // of 2^16 is the negative sum of the parts.
  std::array<std::array<std::uint16_t, rows>, symbols> parts;
  std::array<std::uint32_t, rows> total{};
  for (std::size_t s = 0; s < symbols; ++s) {
    for (std::size_t row = 0; row < rows; ++row)
      parts[s][row] = exponential_table[static_cast<std::uint32_t>(differences[s][row])];
  }
  for (std::size_t s = 0; s < symbols; ++s) {
    for (std::size_t row = 0; row < rows; ++row) total[row] += parts[s][row];
  }
  std::array<std::uint16_t, rows> ratio;
  for (std::size_t row = 0; row < rows; ++row)
    ratio[row] = static_cast<std::uint16_t>(((whole - symbols) << 16) / total[row]);
  std::array<std::uint16_t, rows> left{};
  for (std::size_t s = 0; s < symbols; ++s) {
    for (std::size_t row = 0; row < rows; ++row) {
      std::uint32_t const product = std::uint32_t{parts[s][row]} * ratio[row];
      parts[s][row] = static_cast<std::uint16_t>(1 + (product >> 16));
      left[row] = static_cast<std::uint16_t>(left[row] - parts[s][row]);
    }
  }
  std::array<std::uint16_t, rows> next{};
  // In an array of their own: with the starts in that of the parts, GCC does not vectorize.
  std::array<std::array<std::uint16_t, rows>, symbols> starts;
  for (std::size_t s = 0; s < symbols; ++s) {
    for (std::size_t row = 0; row < rows; ++row) {
      auto const is_largest = static_cast<std::uint16_t>(differences[s][row] == 0 ? 0xffff : 0);
      std::uint16_t const part = parts[s][row];
      starts[s][row] = next[row];
      next[row] = static_cast<std::uint16_t>(next[row] + part + (left[row] & is_largest));
      left[row] = static_cast<std::uint16_t>(left[row] & ~is_largest);  // the first takes all
    }
  }
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t s = 0; s < symbols; ++s) partitions[row].starts[s] = starts[s][row];
  }
}

/// partition_by_logits of any number of rows, 16 logits each, one after another.
inline void partition_rows(float const* logits, std::span<SymbolPartition> partitions) {
  std::size_t row = 0;
  for (; row + block_rows <= partitions.size(); row += block_rows)
    partition_block(logits + symbols * row, &partitions[row]);
  for (; row < partitions.size(); ++row) partitions[row] = partition_by_logits(logits + symbols * row);
}

}  // namespace compress_scan

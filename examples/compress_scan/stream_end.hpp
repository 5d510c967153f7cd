#pragma once

#include <cstdint>

namespace compress_scan {

/// How a stream of the range coder ends: by so many more bytes, which say a number in the coder's last range.
struct StreamEnd {
  int bytes;
  std::uint64_t number;  ///< its highest bytes are those; it may have passed 2^64, which is a carry
};

/// The fewest bytes that lead to a number from `low` to below low + range, zeros behind them, and of such numbers the least.
constexpr StreamEnd shortest_end(std::uint64_t low, std::uint64_t range) {
  for (int bytes = 0; bytes < 8; ++bytes) {
    std::uint64_t const rest = ~std::uint64_t{0} >> (8 * bytes);
    std::uint64_t const number = (low + rest) & ~rest;
    if (number - low < range) return {bytes, number};
  }
  return {8, low};
}

}  // namespace compress_scan

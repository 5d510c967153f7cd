#pragma once

#include <compare>
#include <cstdint>

namespace sparseconv::inline v0_1 {

/// An unsigned integer of 128 bits: as much of one as packed coordinates need. Sums wrap.
struct WideKey {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  constexpr WideKey() = default;
  constexpr WideKey(std::uint64_t value) : low(value) {}  // NOLINT: stands where a std::uint64_t stands
  constexpr WideKey(std::uint64_t high_part, std::uint64_t low_part) : high(high_part), low(low_part) {}

  // Not left to <=>: nvcc 13.0 loses an equality that is only implied.
  friend constexpr bool operator==(WideKey const& a, WideKey const& b) { return a.high == b.high && a.low == b.low; }
  friend constexpr auto operator<=>(WideKey const&, WideKey const&) = default;

  friend constexpr WideKey operator+(WideKey a, WideKey b) {
    std::uint64_t const sum = a.low + b.low;
    return {a.high + b.high + (sum < a.low), sum};
  }
  friend constexpr WideKey operator-(WideKey a, WideKey b) {
    return {a.high - b.high - (a.low < b.low), a.low - b.low};
  }
  friend constexpr WideKey operator|(WideKey a, WideKey b) { return {a.high | b.high, a.low | b.low}; }
  friend constexpr WideKey operator^(WideKey a, WideKey b) { return {a.high ^ b.high, a.low ^ b.low}; }
  friend constexpr WideKey operator<<(WideKey a, int bits) {
    if (bits == 0) return a;
    if (bits >= 64) return {a.low << (bits - 64), 0};
    return {(a.high << bits) | (a.low >> (64 - bits)), a.low << bits};
  }
  friend constexpr WideKey operator>>(WideKey a, int bits) {
    if (bits == 0) return a;
    if (bits >= 64) return {0, a.high >> (bits - 64)};
    return {a.high >> bits, (a.low >> bits) | (a.high << (64 - bits))};
  }
};

/// The lowest 64 bits of a key.
constexpr std::uint64_t low_bits(WideKey key) {
  return key.low;
}
/// The same of a key that has no more.
constexpr std::uint64_t low_bits(std::uint64_t key) {
  return key;
}

}  // namespace sparseconv::inline v0_1

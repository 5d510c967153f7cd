#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "sparseconv/config.hpp"
#include "sparseconv/number/element.hpp"

namespace sparseconv::inline v0_1 {

/// Whether a score is above a threshold: compared in double, which holds every score exactly. NaN is above nothing.
template <Element T>
SPARSECONV_HOST_DEVICE constexpr bool is_above(T score, double threshold) {
  return static_cast<double>(static_cast<Accumulator<T>>(score)) > threshold;
}

/// The bits of a key by which scores of an element type are ordered.
template <Element T>
using ScoreKey = std::conditional_t<sizeof(Accumulator<T>) == 8, std::uint64_t, std::uint32_t>;

/// A key that is smaller the larger a score is: by keys in rising order the largest score is first. Both zeros have one key, and NaN
/// has the largest of all.
template <Element T>
SPARSECONV_HOST_DEVICE constexpr ScoreKey<T> score_key(T score) {
  using Key = ScoreKey<T>;
  constexpr Key sign = Key{1} << (std::numeric_limits<Key>::digits - 1);
  auto const number = static_cast<Accumulator<T>>(score);
  Key const bits = std::bit_cast<Key>(number);
  Key const magnitude = bits & ~sign;
  constexpr Key infinity = std::bit_cast<Key>(std::numeric_limits<Accumulator<T>>::infinity());
  if (magnitude > infinity) return std::numeric_limits<Key>::max();
  if (magnitude == 0) return sign;
  return (bits & sign) != 0 ? sign | magnitude : sign - magnitude;
}

}  // namespace sparseconv::inline v0_1

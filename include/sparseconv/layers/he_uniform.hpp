#pragma once

#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/number/element.hpp"
#if SPARSECONV_BODIES
#include <cmath>
#include <random>
#endif

namespace sparseconv::inline v0_1 {

/// Numbers drawn uniformly from (-b, b), b = sqrt(6 / fan_in): what keeps the variance through layers with ReLU.
///
/// Bits:   the same for a seed on every machine and compiler.
/// Source: He, Zhang, Ren, Sun, ICCV 2015.
template <Element T>
Buffer<T> he_uniform(std::int64_t size, std::int64_t fan_in, std::uint64_t seed);

#if SPARSECONV_BODIES
template <Element T>
Buffer<T> he_uniform(std::int64_t size, std::int64_t fan_in, std::uint64_t seed) {
  Buffer<T> values(size);
  std::mt19937_64 bits(seed);
  double const bound = fan_in > 0 ? std::sqrt(6.0 / static_cast<double>(fan_in)) : 0.0;
  for (T& value : values) {
    // An odd number of 24 bits, from 23 random ones: symmetric about 0, never 0, exact in float before the scaling.
    std::int64_t const odd = 2 * static_cast<std::int64_t>(bits() >> 41) + 1 - (1 << 23);
    value = static_cast<T>(bound * (static_cast<double>(odd) / static_cast<double>(1 << 23)));
  }
  return values;
}
#endif

}  // namespace sparseconv::inline v0_1

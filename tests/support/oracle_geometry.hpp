#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "support/odometer.hpp"

namespace sparseconv::test {

/// A kernel, told in the oracles' own words.
struct OracleGeometry {
  Indices kernel, stride, padding, dilation, centre;
};

enum class OracleDefinition { regular, submanifold, floor };

/// One output row in double, with what a rounding bound needs to know.
struct OracleSum {
  std::vector<double> value;
  std::vector<double> magnitude;  ///< the same sum over absolute values
  std::int64_t terms = 0;         ///< products that were added
  bool reached = false;           ///< some element covers an active input
  bool centred = false;           ///< the centre element does

  explicit OracleSum(std::int64_t channels)
      : value(static_cast<std::size_t>(channels)), magnitude(static_cast<std::size_t>(channels)) {}

  /// Adds one input row times one element of weights [K, C_in, C_out].
  void add(double const* input, std::int64_t in_channels, std::vector<double> const& weights, std::int64_t element) {
    auto const out_channels = static_cast<std::int64_t>(value.size());
    for (std::int64_t c = 0; c < in_channels; ++c) {
      for (std::int64_t j = 0; j < out_channels; ++j) {
        double const term =
            input[c] * weights[static_cast<std::size_t>((element * in_channels + c) * out_channels + j)];
        value[static_cast<std::size_t>(j)] += term;
        magnitude[static_cast<std::size_t>(j)] += std::fabs(term);
      }
    }
    terms += in_channels;
  }
};

inline std::int64_t floor_quotient(std::int64_t a, std::int64_t b) {
  std::int64_t quotient = a / b;
  while (quotient * b > a) --quotient;
  return quotient;
}

}  // namespace sparseconv::test

#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "support/layer_sums.hpp"

namespace sparseconv::test {

/// A sum or mean of many numbers as exactly as long double has it.
struct WideNumber {
  long double value = 0;
  long double magnitude = 0;  ///< of the numbers, not of the result
  std::int64_t count = 0;

  void add(double number) {
    value += number;
    magnitude += std::fabs(number);
    ++count;
  }
};

/// A deviation of sum / divisor from what is stored of it, as a share of what docs/semantics.md allows: sums in double, or
/// better for double, and one rounding to T.
template <class T>
double share_of_wide_bound(T actual, WideNumber const& sum, double divisor) {
  long double const expected = sum.value / divisor;
  auto const count = static_cast<double>(sum.count + 2);
  double const spread = static_cast<double>(sum.magnitude) / divisor;
  double const before = std::is_same_v<T, double> ? 0x1p-52 * std::fabs(static_cast<double>(expected)) +
                                                        count * count * 0x1p-105 * spread + count * 0x1p-64 * spread
                                                  : count * 0x1p-53 * spread;
  auto const most = static_cast<long double>(static_cast<double>(std::numeric_limits<T>::max()));
  auto const unit = static_cast<double>(std::numeric_limits<T>::epsilon()) / 2;
  if (std::isfinite(expected) && std::fabs(expected) > most) {
    // Half of the last digit's unit beyond the largest number it becomes infinite.
    bool const may_be_finite = std::fabs(expected) < most * (1 + static_cast<long double>(unit));
    auto const stored = static_cast<double>(actual);
    bool const is_largest = std::isfinite(stored) && std::fabs(stored) == static_cast<double>(most);
    bool const right_sign = std::signbit(stored) == std::signbit(expected);
    return right_sign && (std::isinf(stored) || (may_be_finite && is_largest))
               ? 0
               : std::numeric_limits<double>::infinity();
  }
  return share_of_bound(actual, expected,
                        before + unit * (std::fabs(static_cast<double>(expected)) + before) +
                            static_cast<double>(std::numeric_limits<T>::denorm_min()));
}

}  // namespace sparseconv::test

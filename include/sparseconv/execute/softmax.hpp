#pragma once

#include <cstdint>
#include <limits>

#include "sparseconv/config.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/number/elementary.hpp"

namespace sparseconv::inline v0_1 {

/// What a softmax knows of a row: its largest number, which is taken from each so that no power is out of range, and the sum of the
/// powers. In double, in the order of the channels.
struct SoftmaxRow {
  double largest = -std::numeric_limits<double>::infinity();
  double sum = 0;

  /// e^(number - largest); NaN for a NaN, for infinity, and where all numbers of the row are -infinity.
  template <Element T>
  [[nodiscard]] SPARSECONV_HOST_DEVICE constexpr double power(T number) const {
    return exp_in_double(static_cast<double>(number) - largest);
  }

  template <Element T>
  SPARSECONV_HOST_DEVICE constexpr void find_largest(T const* numbers, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
      auto const number = static_cast<double>(numbers[i]);
      largest = number > largest ? number : largest;
    }
  }

  /// Row of the numbers, each of which then becomes power(number) / sum.
  template <Element T>
  [[nodiscard]] SPARSECONV_HOST_DEVICE static constexpr SoftmaxRow of(T const* numbers, std::int64_t count) {
    SoftmaxRow row;
    row.find_largest(numbers, count);
    for (std::int64_t i = 0; i < count; ++i) row.sum += row.power(numbers[i]);
    return row;
  }
};

}  // namespace sparseconv::inline v0_1

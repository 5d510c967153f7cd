#pragma once

#include <cstdint>

namespace sparseconv::inline v0_1 {

/// What becomes of the inputs that an output covers. Cells without a site take no part; an output that covers none gets 0.
enum class Pooling {
  max,                 ///< the largest, also if it is negative; NaN if one is
  sum,                 ///< all together
  average,             ///< the sum divided by how many there are
  average_over_kernel  ///< the sum divided by the number of kernel elements, as dense libraries count padding
};

/// The pooled numbers of one output and channel, input by input. T is the type of the sums.
template <class T>
struct PooledNumber {
  T value{};
  std::int64_t count = 0;

  constexpr void include(Pooling pooling, T number) {
    if (pooling == Pooling::max) {
      bool const is_nan = number != number;
      value = count == 0 || value < number || is_nan ? number : value;
    } else {
      value += number;
    }
    ++count;
  }
  [[nodiscard]] constexpr T result(Pooling pooling, std::int64_t elements) const {
    if (pooling == Pooling::average && count > 0) return value / static_cast<T>(count);
    if (pooling == Pooling::average_over_kernel) return value / static_cast<T>(elements);
    return value;
  }
};

}  // namespace sparseconv::inline v0_1

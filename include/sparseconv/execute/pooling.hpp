#pragma once

#include <cstdint>
#include <string>

#include "sparseconv/number/element.hpp"
#include "sparseconv/number/wide_sum.hpp"

namespace sparseconv::inline v0_1 {

/// What becomes of the inputs that an output covers. Cells without a site take no part; an output that covers none gets 0.
enum class Pooling {
  max,                 ///< the largest, also if it is negative; NaN if one is
  sum,                 ///< all together
  average,             ///< the sum divided by how many there are
  average_over_kernel  ///< the sum divided by the number of kernel elements, as dense libraries count padding
};

/// "max", "sum", "average" or "average over kernel", as tables have it.
inline std::string to_string(Pooling pooling) {
  switch (pooling) {
    case Pooling::max:
      return "max";
    case Pooling::sum:
      return "sum";
    case Pooling::average:
      return "average";
    case Pooling::average_over_kernel:
      break;
  }
  return "average over kernel";
}

/// The pooled numbers of one output and channel, input by input.
template <Element T>
struct PooledNumber {
  WideSum<T> joined;  ///< the sum, or of the largest alone
  std::int64_t count = 0;

  constexpr void include(Pooling pooling, T number) {
    if (pooling != Pooling::max) {
      joined.add(number);
    } else if (auto const wide = static_cast<double>(number); count == 0 || joined.value() < wide || wide != wide) {
      joined = WideSum<T>(number);
    }
    ++count;
  }
  /// Takes in what another one pooled of the same output and channel, as if its numbers followed.
  constexpr void include(Pooling pooling, PooledNumber const& later) {
    if (later.count == 0) return;
    double const number = later.joined.value();
    if (pooling != Pooling::max) {
      joined.add(later.joined);
    } else if (count == 0 || joined.value() < number || number != number) {
      joined = later.joined;
    }
    count += later.count;
  }

  /// Rounded once, to T or another type.
  template <Element Stored = T>
  [[nodiscard]] constexpr Stored result(Pooling pooling, std::int64_t elements) const {
    double const number = joined.value();
    if (pooling == Pooling::average && count > 0) return Stored(number / static_cast<double>(count));
    if (pooling == Pooling::average_over_kernel) return Stored(number / static_cast<double>(elements));
    return Stored(number);
  }
};

}  // namespace sparseconv::inline v0_1

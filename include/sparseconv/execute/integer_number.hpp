#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>

#include "sparseconv/config.hpp"
#include "sparseconv/number/element.hpp"

namespace sparseconv::inline v0_1 {

/// What integers may be stored as: integers, or features, which hold integers of 2^24 exactly as float, 2^53 as double, 2048 as half and
/// 256 as bfloat16.
template <class T>
concept IntegerNumber = Element<T> ||(std::integral<T> && !std::same_as<T, bool> && sizeof(T) <= 8);

/// The row of a table that a number stands for, or -1 if it is none of 0 to count - 1.
template <IntegerNumber Number>
SPARSECONV_HOST_DEVICE constexpr std::int64_t row_of_number(Number number, std::int64_t count) {
  if constexpr (Element<Number>) {
    auto const value = static_cast<Accumulator<Number>>(number);
    // What is no number of the table may not fit an integer; the count may be no number of the type, and is compared as an integer.
    if (!(value >= 0 && value < static_cast<Accumulator<Number>>(0x1p63))) return -1;
    auto const row = static_cast<std::int64_t>(value);
    return static_cast<Accumulator<Number>>(row) == value && row < count ? row : -1;
  } else if constexpr (std::is_signed_v<Number>) {
    return number >= 0 && static_cast<std::int64_t>(number) < count ? static_cast<std::int64_t>(number) : -1;
  } else {
    return static_cast<std::uint64_t>(number) < static_cast<std::uint64_t>(count) ? static_cast<std::int64_t>(number)
                                                                                  : -1;
  }
}

/// The largest count of numbers 0, 1, ... of which an element type holds each exactly.
template <Element T>
inline constexpr std::int64_t most_integers = std::same_as<T, double>  ? (std::int64_t{1} << 53) + 1
                                              : std::same_as<T, float> ? (std::int64_t{1} << 24) + 1
                                              : std::same_as<T, half>  ? 2049
                                                                       : 257;

}  // namespace sparseconv::inline v0_1

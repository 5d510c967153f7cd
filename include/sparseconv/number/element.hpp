#pragma once

#include <concepts>
#include <type_traits>

#include "sparseconv/number/bfloat16.hpp"
#include "sparseconv/number/half.hpp"

namespace sparseconv::inline v0_1 {

/// Two bytes wide: what is stored so is computed in float.
template <class T>
inline constexpr bool is_narrow = std::same_as<T, half> || std::same_as<T, bfloat16>;

/// What features and weights may be stored as.
template <class T>
concept Element = std::same_as<T, float> || std::same_as<T, double> || is_narrow<T>;

/// What sums of an element type are kept in: float for half and bfloat16, else the type itself.
template <Element T>
using Accumulator = std::conditional_t<is_narrow<T>, float, T>;

}  // namespace sparseconv::inline v0_1

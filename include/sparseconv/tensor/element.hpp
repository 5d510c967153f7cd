#pragma once

#include <concepts>

namespace sparseconv {

/// What features and weights may be stored as. Sums are kept in the same type.
template <class T>
concept Element = std::same_as<T, float> || std::same_as<T, double>;

}  // namespace sparseconv

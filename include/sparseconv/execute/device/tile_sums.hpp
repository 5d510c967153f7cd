#pragma once

#include <concepts>
#include <type_traits>

#include "sparseconv/execute/device/fragment_sums.hpp"
#include "sparseconv/execute/device/register_sums.hpp"
#include "sparseconv/number/element.hpp"

namespace sparseconv::inline v0_1::on_device {

/// The arithmetic of a tile: T is float, double, half, bfloat16, or Tf32 for float numbers on tensor cores.
template <class Shape, class T>
using TileSums = std::conditional_t<std::same_as<T, float> || std::same_as<T, double>, RegisterSums<Shape, T>,
                                    FragmentSums<Shape, T>>;

/// What the numbers of an arithmetic are stored as.
template <class T>
using StoredAs = std::conditional_t<std::same_as<T, Tf32>, float, T>;

}  // namespace sparseconv::inline v0_1::on_device

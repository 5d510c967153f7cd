#pragma once

#include "sparseconv/number/element.hpp"

namespace sparseconv::inline v0_1 {

/// A number as another element type, rounded once to the nearest, ties to even. A two-byte number loses nothing as a float, from
/// which it then goes on.
template <Element To, Element From>
constexpr To rounded_to(From number) {
  return static_cast<To>(static_cast<Accumulator<From>>(number));
}

}  // namespace sparseconv::inline v0_1

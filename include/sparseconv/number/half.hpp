#pragma once

#include <type_traits>

#include "sparseconv/number/narrow_float.hpp"

namespace sparseconv::inline v0_1 {

/// IEEE 754 binary16: 11 significant bits, up to 65504. Features and weights stored in it are added up in float.
using half = NarrowFloat<5>;

static_assert(sizeof(half) == 2 && std::is_trivially_copyable_v<half>);

}  // namespace sparseconv::inline v0_1

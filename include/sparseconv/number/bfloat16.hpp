#pragma once

#include <type_traits>

#include "sparseconv/number/narrow_float.hpp"

namespace sparseconv::inline v0_1 {

/// The upper half of a float: 8 significant bits and a float's range. Features and weights stored in it are added up in
/// float.
using bfloat16 = NarrowFloat<8>;

static_assert(sizeof(bfloat16) == 2 && std::is_trivially_copyable_v<bfloat16>);

}  // namespace sparseconv::inline v0_1

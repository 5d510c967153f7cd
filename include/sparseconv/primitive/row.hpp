#pragma once

#include <cstdint>

namespace sparseconv::inline v0_1 {

/// The row of a site in a coordinate list and in the features that belong to it.
using Row = std::int32_t;

/// Stands for "no row".
inline constexpr Row no_row = -1;

}  // namespace sparseconv::inline v0_1

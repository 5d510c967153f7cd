#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/index/stride_division.hpp"
#include "sparseconv/tensor/box.hpp"
#include "sparseconv/tensor/coordinate.hpp"
#include "sparseconv/tensor/per_axis.hpp"

namespace sparseconv::inline v0_1 {

/// The cell of a coarser grid in which a cell lies: floor(position / stride) along each axis, in the same batch item. Trivially
/// copyable.
template <int D>
class ParentCell {
 public:
  /// The strides must be at least 1.
  explicit ParentCell(PerAxis<D> const& stride) {
    for (int axis = 0; axis < D; ++axis) division_[static_cast<std::size_t>(axis)] = StrideDivision(stride[axis]);
  }

  [[nodiscard]] constexpr WideCoordinate<D> of(Coordinate<D> const& child) const {
    WideCoordinate<D> parent = widen(child);
    SPARSECONV_UNROLL
    for (int axis = 0; axis < D; ++axis) parent[static_cast<std::size_t>(axis) + 1] = along(axis, child);
    return parent;
  }

 private:
  [[nodiscard]] constexpr std::int64_t along(int axis, Coordinate<D> const& child) const {
    auto const a = static_cast<std::size_t>(axis);
    return division_[a].floor(child.position[a]);
  }

  std::array<StrideDivision, static_cast<std::size_t>(D)> division_;
};

/// Throws: ShapeError if a stride is below 1.
template <int D>
void check_stride(PerAxis<D> const& stride, std::string_view call) {
  for (int axis = 0; axis < D; ++axis) {
    if (stride[axis] >= 1) continue;
    throw ShapeError({call, ": stride is ", to_string(stride), "; every stride must be at least 1"});
  }
}

}  // namespace sparseconv::inline v0_1

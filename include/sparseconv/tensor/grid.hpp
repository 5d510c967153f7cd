#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/tensor/coordinate.hpp"
#include "sparseconv/tensor/per_axis.hpp"

namespace sparseconv::inline v0_1 {

/// The extents of a grid, slowest axis first, or none: then every int32 coordinate is inside and nothing is cropped.
template <int D>
class Shape {
 public:
  /// No extents.
  constexpr Shape() : extents_(0) {}

  template <std::integral... Ints>
  // NOLINTNEXTLINE: `.shape = {5, 5}`
  requires(sizeof...(Ints) == D) constexpr Shape(Ints... extents) : extents_(extents...), bounded_(true) {}

  constexpr Shape(PerAxis<D> const& extents) : extents_(extents), bounded_(true) {}  // NOLINT

  [[nodiscard]] constexpr bool bounded() const { return bounded_; }

  /// The extent along an axis; has a meaning only when bounded().
  constexpr std::int32_t operator[](int axis) const { return extents_[axis]; }

  /// The extents along all axes; they have a meaning only when bounded().
  [[nodiscard]] constexpr PerAxis<D> const& extents() const { return extents_; }

  friend constexpr bool operator==(Shape const&, Shape const&) = default;

 private:
  PerAxis<D> extents_;
  bool bounded_ = false;
};

/// "5 x 5", or "unbounded", as messages print it.
template <int D>
std::string to_string(Shape<D> const& shape) {
  return shape.bounded() ? to_string(shape.extents()) : "unbounded";
}

/// Where the sites of a tensor may lie: positions in [0, shape) where there is a shape, batch items in [0, batch_size).
template <int D>
struct Grid {
  Shape<D> shape{};             ///< extents, slowest axis first; none: no borders
  std::int32_t batch_size = 1;  ///< how many items there are

  [[nodiscard]] constexpr bool contains(Coordinate<D> const& coordinate) const {
    if (coordinate.batch < 0 || coordinate.batch >= batch_size) return false;
    if (!shape.bounded()) return true;
    SPARSECONV_UNROLL
    for (int axis = 0; axis < D; ++axis) {
      std::int32_t const position = coordinate.position[static_cast<std::size_t>(axis)];
      if (position < 0 || position >= shape[axis]) return false;
    }
    return true;
  }

  friend constexpr bool operator==(Grid const&, Grid const&) = default;
};

/// Throws: ShapeError if an extent or the batch size is below 1 and 0, in that order; an empty batch is legal.
template <int D>
void check_grid(Grid<D> const& grid, std::string_view call) {
  for (int axis = 0; grid.shape.bounded() && axis < D; ++axis) {
    if (grid.shape[axis] < 1) {
      throw ShapeError({call, ": the grid's shape is ", to_string(grid.shape), "; every extent must be at least 1"});
    }
  }
  if (grid.batch_size < 0) {
    throw ShapeError({call, ": the grid's batch_size is ", grid.batch_size, "; it cannot be negative"});
  }
}

/// Throws: CoordinateError if the coordinate is outside the grid.
template <int D>
void check_inside(Grid<D> const& grid, Coordinate<D> const& coordinate, std::string_view call) {
  if (grid.contains(coordinate)) return;
  bool const batch_fits = coordinate.batch >= 0 && coordinate.batch < grid.batch_size;
  throw CoordinateError({call, ": site ", to_string(coordinate), " is outside the grid (shape ", to_string(grid.shape),
                         ", batch_size ", grid.batch_size, "); ",
                         (batch_fits ? "enlarge the shape, leave it out for an unbounded grid, or drop the site"
                                     : "batch indices start at 0; enlarge batch_size or correct the index")});
}

}  // namespace sparseconv::inline v0_1

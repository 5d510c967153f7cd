#pragma once

#include <string_view>

#include "sparseconv/error.hpp"
#include "sparseconv/tensor/grid.hpp"

namespace sparseconv::inline v0_1 {

/// Throws: ShapeError unless two sets lie on grids of one batch size and shape.
template <int D>
void check_one_grid(Grid<D> const& first, Grid<D> const& second, std::string_view call) {
  if (first == second) return;
  throw ShapeError({call, ": the first sites lie on a grid of shape ", to_string(first.shape), " and batch_size ",
                    first.batch_size, ", the others on shape ", to_string(second.shape), " and batch_size ",
                    second.batch_size, "; make both on one grid"});
}

}  // namespace sparseconv::inline v0_1

#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "sparseconv/tensor/dense_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// A 3-D result as a 2-D map for a detection head: z becomes part of the channels, channel c of slice z is c * Z + z.
///
/// Shapes: B x C x Z x Y x X to B x (C Z) x Y x X; the same numbers in the same order.
/// Throws: as dense_size, of C Z; ShapeError if there is not one value for each cell and channel.
template <Element T>
DenseTensor<T, 2> folded_to_map(DenseTensor<T, 3> dense) {
  std::array<std::int64_t, 2> const channels{dense.shape[1], dense.shape[2]};
  std::int64_t const folded = dense_size(channels, "folded_to_map");
  check_dense_values(dense.shape, dense.values.size(), "folded_to_map");
  return {.shape = {dense.shape[0], folded, dense.shape[3], dense.shape[4]}, .values = std::move(dense.values)};
}

}  // namespace sparseconv::inline v0_1

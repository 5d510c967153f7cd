#pragma once

#include <cstdint>

#include "sparseconv/error.hpp"
#include "sparseconv/execute/occupancies_above.hpp"
#include "sparseconv/index/octree_places.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// The occupancies that scores say: parent i has a child at place p if score p of it is above the threshold. NaN is above nothing. What
/// octree_children makes of them is the finer level.
///
/// Shapes: scores M x 2^D on the parents; result M occupancies.
/// Order:  `seq` and `cpu` wait for the result; a device policy does not.
/// Bits:   the same for every policy; the comparison is exact.
/// Throws: ShapeError if the tensor has not 2^D channels.
template <ExecutionPolicy Policy, Element T, int D, MemorySpace Memory>
requires reaches<Policy, Memory>
[[nodiscard]] Buffer<std::uint32_t, Memory> occupancy_above(Policy const& where,
                                                            SparseTensor<T, D, Memory> const& scores,
                                                            double threshold) {
  static_assert(has_octree_places<D>,
                "occupancy_above: a cell of more than 5 axes has more children than an occupancy bits");
  if (scores.channels() != octree_places<D>) {
    throw ShapeError({"occupancy_above: ", scores.channels(), " channels of scores; a parent of ", D, " axes has ",
                      octree_places<D>, " children, so give as many"});
  }
  return occupancies_above(where, scores.features(), threshold);
}

}  // namespace sparseconv::inline v0_1

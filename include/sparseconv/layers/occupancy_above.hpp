#pragma once

#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/index/octree_places.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// Writes the occupancy of a parent: a body of for_each_index.
template <Element T>
struct WriteOccupancy {
  T const* scores;
  std::int64_t places;
  double threshold;
  std::uint32_t* occupancy;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t parent) const {
    std::uint32_t bits = 0;
    for (std::int64_t place = 0; place < places; ++place) {
      auto const score = static_cast<double>(static_cast<Accumulator<T>>(scores[parent * places + place]));
      if (score > threshold) bits |= std::uint32_t{1} << place;
    }
    occupancy[parent] = bits;
  }
};

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
  Buffer<std::uint32_t, Memory> occupancy(where.memory(), scores.size());
  for_each_index(where, scores.size(),
                 WriteOccupancy<T>{scores.features().data, octree_places<D>, threshold, occupancy.data()});
  return occupancy;
}

}  // namespace sparseconv::inline v0_1

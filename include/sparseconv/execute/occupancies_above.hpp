#pragma once

#include <cstdint>
#include <type_traits>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/execute/score_order.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"

namespace sparseconv::inline v0_1 {

/// Writes the occupancy of a parent: a body of for_each_index.
template <Element T>
struct WriteOccupancy {
  T const* scores;
  std::int64_t stride;
  std::int64_t places;
  double threshold;
  std::uint32_t* occupancy;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t parent) const {
    std::uint32_t bits = 0;
    for (std::int64_t place = 0; place < places; ++place) {
      if (is_above(scores[parent * stride + place], threshold)) bits |= std::uint32_t{1} << place;
    }
    occupancy[parent] = bits;
  }
};

/// A bit for each score that is above the threshold: bit i of a row's number for column i. NaN is above nothing.
///
/// Shapes: scores M x at most 32; result M numbers.
/// Order:  `seq` and `cpu` wait for the result; a device policy does not.
/// Bits:   the same for every policy; the comparison is exact.
/// Throws: ShapeError if there are more than 32 columns, or no data.
template <ExecutionPolicy Policy, class Score, MemorySpace Memory>
requires Element<std::remove_const_t<Score>>
[[nodiscard]] Buffer<std::uint32_t, Memory> occupancies_above(Policy const& where, MatrixView<Score, Memory> scores,
                                                              double threshold) {
  check_reach<Policy, Memory>();
  check_view(scores, "the scores'", "occupancies_above");
  if (scores.columns > 32) {
    throw ShapeError({"occupancies_above: ", scores.columns, " columns of scores; an occupancy has 32 bits"});
  }
  Buffer<std::uint32_t, Memory> occupancy(where.memory(), scores.rows);
  for_each_index(where, scores.rows,
                 WriteOccupancy<std::remove_const_t<Score>>{scores.data, scores.stride, scores.columns, threshold,
                                                            occupancy.data()});
  return occupancy;
}

}  // namespace sparseconv::inline v0_1

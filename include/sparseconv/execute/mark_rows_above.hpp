#pragma once

#include <cstdint>
#include <type_traits>

#include "sparseconv/config.hpp"
#include "sparseconv/execute/check_operands.hpp"
#include "sparseconv/execute/score_order.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"

namespace sparseconv::inline v0_1 {

/// Marks a row whose score is above the threshold: a body of for_each_index.
template <Element T>
struct MarkAbove {
  T const* scores;
  std::int64_t stride;
  double threshold;
  std::uint8_t* mask;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t row) const {
    mask[row] = is_above(scores[row * stride], threshold) ? 1 : 0;
  }
};

/// A mask of the rows whose score is above the threshold: 1 for these, 0 for the others. NaN is above nothing.
///
/// Shapes: scores N x 1, such as a tensor's features of one channel, or one of them (see column_range); result N marks.
/// Order:  `seq` and `cpu` wait for the result; a device policy does not.
/// Bits:   the same for every policy; the comparison is exact.
/// Throws: ShapeError if the scores have not one column, or no data.
template <ExecutionPolicy Policy, class Score, MemorySpace Memory>
requires Element<std::remove_const_t<Score>>
[[nodiscard]] Buffer<std::uint8_t, Memory> mark_rows_above(Policy const& where, MatrixView<Score, Memory> scores,
                                                           double threshold) {
  check_reach<Policy, Memory>();
  check_equal("mark_rows_above", scores.columns, 1, "the columns of scores are", "and it takes");
  check_view(scores, "the scores'", "mark_rows_above");
  Buffer<std::uint8_t, Memory> mask(where.memory(), scores.rows);
  for_each_index(where, scores.rows,
                 MarkAbove<std::remove_const_t<Score>>{scores.data, scores.stride, threshold, mask.data()});
  return mask;
}

}  // namespace sparseconv::inline v0_1

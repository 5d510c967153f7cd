#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "sparseconv/error.hpp"
#include "sparseconv/execute/check_item_operands.hpp"
#include "sparseconv/execute/check_operands.hpp"
#include "sparseconv/execute/cpu/mark_largest_rows.hpp"
#include "sparseconv/execute/device/mark_largest_rows.hpp"
#include "sparseconv/execute/seq/mark_largest_rows.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/row.hpp"

namespace sparseconv::inline v0_1 {

/// A mask of the rows with the largest scores of each batch item: 1 for these, 0 for the others. Of equal scores the earlier row comes
/// first; NaN comes after every number.
///
/// Shapes: offsets B + 1 rows, see item_offsets; scores N x 1, such as a tensor's features of one channel; B counts, on the host: how
///         many rows of each item are marked, all where it has no more. Result N marks.
/// Order:  `seq` and `cpu` wait for the result; a device policy does not.
/// Bits:   the same for every policy.
/// Work:   `cpu` is linear in the rows of an item, on one thread each, for scores in no order; a device sorts all rows.
/// Throws: ShapeError if an operand does not fit the others, or a count is negative. What lies in the offsets is looked at where the
///         host can read it.
template <ExecutionPolicy Policy, class Score, MemorySpace Memory>
requires Element<std::remove_const_t<Score>>
[[nodiscard]] Buffer<std::uint8_t, Memory> mark_largest_rows(
    Policy const& where, Buffer<Row, Memory> const& offsets, MatrixView<Score, Memory> scores,
    std::type_identity_t<std::span<std::int64_t const>> counts) {
  using T = std::remove_const_t<Score>;
  check_reach<Policy, Memory>();
  check_equal("mark_largest_rows", scores.columns, 1, "the columns of scores are", "and it takes");
  check_view(scores, "the scores'", "mark_largest_rows");
  check_list(counts, "the counts'", "mark_largest_rows");
  std::span<Row const> const rows(offsets.data(), static_cast<std::size_t>(offsets.size()));
  check_some_offsets(rows, "mark_largest_rows");
  if (offsets.size() != std::ssize(counts) + 1) {
    throw ShapeError({"mark_largest_rows: ", counts.size(), " counts for a batch of ", offsets.size() - 1,
                      " items; give one for each"});
  }
  check_item_offsets<Memory>(rows, scores.rows, "scores", "mark_largest_rows");
  for (std::size_t item = 0; item < counts.size(); ++item) {
    if (counts[item] >= 0) continue;
    throw ShapeError(
        {"mark_largest_rows: batch item ", item, " shall keep ", counts[item], " rows; give a count of at least 0"});
  }
  Buffer<std::uint8_t, Memory> mask(where.memory(), scores.rows);
  if constexpr (std::derived_from<Policy, SequentialPolicy>) {
    on_seq::mark_largest_rows<T>(rows, scores, counts, mask.data());
  } else if constexpr (HostPolicy<Policy>) {
    on_cpu::mark_largest_rows<T>(where, rows, scores, counts, mask.data());
  } else {
    on_device::mark_largest_rows<T>(where, rows, scores, counts, mask.data());
  }
  return mask;
}

}  // namespace sparseconv::inline v0_1

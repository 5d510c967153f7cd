#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sparseconv/execute/score_order.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/primitive/row.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// sparseconv::mark_largest_rows: the items are shared out; the largest of one are found without a sort of all.
template <Element T>
void mark_largest_rows(CpuPolicy const& where, std::span<Row const> offsets, MatrixView<T const> scores,
                       std::span<std::int64_t const> counts, std::uint8_t* mask) {
  struct Candidate {
    ScoreKey<T> key;
    Row row;
  };
  for_each_range(where, std::ssize(counts), 1, [&](std::int64_t item, std::int64_t) {
    Row const first = offsets[static_cast<std::size_t>(item)];
    std::int64_t const rows = offsets[static_cast<std::size_t>(item) + 1] - first;
    std::int64_t const count = std::min(counts[static_cast<std::size_t>(item)], rows);
    std::fill_n(mask + first, rows, static_cast<std::uint8_t>(count == rows ? 1 : 0));
    if (count == 0 || count == rows) return;
    Buffer<Candidate> candidates(where.memory(), rows);
    for (std::int64_t i = 0; i < rows; ++i) {
      Row const row = first + static_cast<Row>(i);
      candidates[i] = {score_key(*scores.row_data(row)), row};
    }
    std::nth_element(candidates.begin(), candidates.begin() + count, candidates.end(),
                     [](Candidate const& a, Candidate const& b) {
                       return a.key != b.key ? a.key < b.key : a.row < b.row;  // no two are equal
                     });
    for (std::int64_t i = 0; i < count; ++i) mask[candidates[i].row] = 1;
  });
}

}  // namespace sparseconv::inline v0_1::on_cpu

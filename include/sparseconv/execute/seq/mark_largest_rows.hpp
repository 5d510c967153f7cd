#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/primitive/row.hpp"

namespace sparseconv::inline v0_1::on_seq {

/// sparseconv::mark_largest_rows: sorts the rows of each item by their scores.
template <Element T>
void mark_largest_rows(std::span<Row const> offsets, MatrixView<T const> scores, std::span<std::int64_t const> counts,
                       std::uint8_t* mask) {
  auto const score = [&](Row row) { return static_cast<Accumulator<T>>(*scores.row_data(row)); };
  for (std::size_t item = 0; item < counts.size(); ++item) {
    std::vector<Row> rows(static_cast<std::size_t>(offsets[item + 1] - offsets[item]));
    std::iota(rows.begin(), rows.end(), offsets[item]);
    std::ranges::stable_sort(rows, [&](Row a, Row b) {
      if (std::isnan(score(a))) return false;
      return std::isnan(score(b)) || score(a) > score(b);
    });
    for (std::size_t rank = 0; rank < rows.size(); ++rank) {
      mask[rows[rank]] = static_cast<std::int64_t>(rank) < counts[item] ? 1 : 0;
    }
  }
}

}  // namespace sparseconv::inline v0_1::on_seq

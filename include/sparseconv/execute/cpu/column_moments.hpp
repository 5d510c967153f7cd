#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "sparseconv/execute/column_block.hpp"
#include "sparseconv/execute/cpu/join_rows.hpp"
#include "sparseconv/execute/item_blocks.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/number/wide_sum.hpp"
#include "sparseconv/policy/cpu_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// results[c] = the mean over all rows of what join adds to a sum: threads share the blocks.
template <Element T, BinaryFloat Summed, class Join>
void mean_of_columns(CpuPolicy const& where, MatrixView<T const> input, std::span<double> results, Join const& join) {
  using Sum = WideSum<Summed>;
  std::int64_t const channels = input.columns;
  Buffer<Sum> sums(where.memory(), block_count(input.rows) * channels);
  for_each_range(where, input.rows, rows_per_block, [&](std::int64_t begin, std::int64_t end) {
    Sum* const of_block = sums.data() + begin / rows_per_block * channels;
    std::fill_n(of_block, channels, Sum{});
    join_rows(where, input, begin, end, of_block, join);
  });
  for_each_range(where, channels, 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t c = begin; c < end; ++c) {
      results[static_cast<std::size_t>(c)] = mean_of_blocks(sums.data(), c, channels, input.rows);
    }
  });
}

/// sparseconv::column_moments
template <Element T>
void column_moments(CpuPolicy const& where, MatrixView<T const> input, std::span<double> means,
                    std::span<double> variances) {
  using Number = Accumulator<T>;
  mean_of_columns<T, Number>(where, input, means,
                             [](WideSum<Number>& sum, Number number, std::int64_t) { sum.add(number); });
  double const* const mean = means.data();
  mean_of_columns<T, double>(where, input, variances, [mean](WideSum<double>& sum, Number number, std::int64_t c) {
    add_square(sum, static_cast<double>(number), mean[c]);
  });
}

}  // namespace sparseconv::inline v0_1::on_cpu

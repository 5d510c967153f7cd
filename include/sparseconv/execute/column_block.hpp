#pragma once

#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/execute/item_blocks.hpp"
#include "sparseconv/number/arithmetic.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/number/wide_sum.hpp"

namespace sparseconv::inline v0_1 {

/// Adds the square of what a number deviates from a mean by.
SPARSECONV_HOST_DEVICE constexpr void add_square(WideSum<double>& squares, double number, double mean) {
  double const deviation = number - mean;
  squares.add(rounded_product(deviation, deviation));
}

/// The numbers of a column in one block of rows_per_block; the last block may be shorter.
template <Element T>
struct ColumnBlock {
  T const* first;
  std::int64_t stride;
  std::int64_t rows;

  SPARSECONV_HOST_DEVICE constexpr ColumnBlock(T const* column, std::int64_t column_stride, std::int64_t column_rows,
                                               std::int64_t block)
      : first(column + block * rows_per_block * column_stride),
        stride(column_stride),
        rows(column_rows - block * rows_per_block) {
    if (rows > rows_per_block) rows = rows_per_block;
  }

  [[nodiscard]] SPARSECONV_HOST_DEVICE constexpr WideSum<T> sum() const {
    WideSum<T> sum;
    for (std::int64_t row = 0; row < rows; ++row) sum.add(first[row * stride]);
    return sum;
  }
  [[nodiscard]] SPARSECONV_HOST_DEVICE constexpr WideSum<double> squares(double mean) const {
    WideSum<double> sum;
    for (std::int64_t row = 0; row < rows; ++row) add_square(sum, static_cast<double>(first[row * stride]), mean);
    return sum;
  }
};

/// The sum of a column's sums, `stride` apart, in their order, divided by a count; 0 for a count of 0, of which there may be no sums.
template <Element T>
constexpr double mean_of_blocks(WideSum<T> const* sums, std::int64_t column, std::int64_t stride, std::int64_t count) {
  WideSum<T> total;
  for (std::int64_t block = 0; block < block_count(count); ++block) total.add(sums[block * stride + column]);
  return count == 0 ? 0 : total.value() / static_cast<double>(count);
}

}  // namespace sparseconv::inline v0_1

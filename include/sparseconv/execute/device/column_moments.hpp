#pragma once

#include <cstdint>
#include <span>

#include "sparseconv/config.hpp"
#include "sparseconv/execute/column_block.hpp"
#include "sparseconv/execute/item_blocks.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/number/wide_sum.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Adds up a column of a block.
template <Element T>
struct SumColumnBlock {
  T const* input;
  std::int64_t input_stride;
  std::int64_t rows;
  std::int64_t columns;
  WideSum<T>* sums;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t block, std::int64_t column) const {
    sums[block * columns + column] = ColumnBlock<T>(input + column, input_stride, rows, block).sum();
  }
};

/// Adds up the squares of what a column of a block deviates from its mean by.
template <Element T>
struct SquareColumnBlock {
  T const* input;
  std::int64_t input_stride;
  std::int64_t rows;
  std::int64_t columns;
  double const* means;
  WideSum<double>* sums;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t block, std::int64_t column) const {
    sums[block * columns + column] = ColumnBlock<T>(input + column, input_stride, rows, block).squares(means[column]);
  }
};

/// Joins the sums of a column's blocks and divides by the number of rows.
template <Element T>
struct MeanOfBlocks {
  WideSum<T> const* sums;
  std::int64_t rows;
  std::int64_t columns;
  double* means;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t column) const {
    means[column] = mean_of_blocks(sums, column, columns, rows);
  }
};

/// sparseconv::column_moments. Does not wait.
template <Element T, DevicePolicy Policy>
void column_moments(Policy const& where, MatrixView<T const, typename Policy::Memory> input, std::span<double> means,
                    std::span<double> variances) {
  using Memory = typename Policy::Memory;
  std::int64_t const blocks = block_count(input.rows);
  std::int64_t const columns = input.columns;
  Buffer<WideSum<T>, Memory> sums(where.memory(), blocks * columns);
  where.for_each(blocks, columns, SumColumnBlock<T>{input.data, input.stride, input.rows, columns, sums.data()});
  where.for_each(columns, MeanOfBlocks<T>{sums.data(), input.rows, columns, means.data()});
  Buffer<WideSum<double>, Memory> squares(where.memory(), blocks * columns);
  where.for_each(blocks, columns,
                 SquareColumnBlock<T>{input.data, input.stride, input.rows, columns, means.data(), squares.data()});
  where.for_each(columns, MeanOfBlocks<double>{squares.data(), input.rows, columns, variances.data()});
}

}  // namespace sparseconv::inline v0_1::on_device

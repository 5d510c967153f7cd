#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "sparseconv/config.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/cpu/narrow_numbers.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/number/wide_sum.hpp"
#include "sparseconv/policy/cpu_policy.hpp"
#include "sparseconv/primitive/cpu/fetch.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// How many channels are taken together, and how many rows: what they are joined in stays in registers meanwhile.
inline constexpr std::int64_t lanes_at_once = 8;
inline constexpr std::int64_t rows_at_once = 4;
inline constexpr std::int64_t rows_ahead = 16;  // that are fetched

/// Does join(held[lane], from[lane], first + lane) for so many channels from `first` on.
template <class Number, class Joined, class Join>
void join_lanes(Join const& join, Joined* held, Number const* from, std::int64_t first) {
  SPARSECONV_UNROLL
  for (std::int64_t lane = 0; lane < lanes_at_once; ++lane) join(held[lane], from[lane], first + lane);
}

/// Keeps the larger of two numbers; NaN if one of them is.
struct KeepLarger {
  template <class Number>
  void operator()(Number& kept, Number number, std::int64_t) const {
    kept = larger(kept, number);
  }
};

#if defined(__GNUC__) || defined(__clang__)
/// The same in vectors: compilers make jumps of it, or take one number at a time.
template <class Number>
void join_lanes(KeepLarger const&, Number* held, Number const* from, std::int64_t) {
  typedef Number Vector
      __attribute__((vector_size(16)));  // NOLINT: GCC loses the attribute of a dependent type in `using`
  constexpr std::int64_t width = 16 / sizeof(Number);
  SPARSECONV_UNROLL
  for (std::int64_t lane = 0; lane < lanes_at_once; lane += width) {
    Vector kept;
    Vector number;
    std::memcpy(&kept, held + lane, sizeof kept);
    std::memcpy(&number, from + lane, sizeof number);
    kept = ((kept < number) | (number != number)) ? number : kept;
    std::memcpy(held + lane, &kept, sizeof kept);
  }
}
#endif

/// Does join(joined[c], number of row r and channel c, c) for each channel, from the first row to the last.
template <class Number, class Joined, class Join>
SPARSECONV_NOINLINE void join_rows(Number const* rows, std::int64_t stride, std::int64_t count, std::int64_t channels,
                                   Joined* joined, Join const& join) {
  std::int64_t r = 0;
  for (; r + rows_at_once <= count; r += rows_at_once, rows += rows_at_once * stride) {
    std::int64_t c = 0;
    for (; c + lanes_at_once <= channels; c += lanes_at_once) {
      SPARSECONV_UNROLL
      for (std::int64_t row = 0; row < rows_at_once; ++row) SPARSECONV_FETCH(rows + (rows_ahead + row) * stride + c);
      Joined held[lanes_at_once];
      SPARSECONV_UNROLL
      for (std::int64_t lane = 0; lane < lanes_at_once; ++lane) held[lane] = joined[c + lane];
      SPARSECONV_UNROLL
      for (std::int64_t row = 0; row < rows_at_once; ++row) {
        join_lanes(join, held, rows + row * stride + c, c);
      }
      SPARSECONV_UNROLL
      for (std::int64_t lane = 0; lane < lanes_at_once; ++lane) joined[c + lane] = held[lane];
    }
    for (; c < channels; ++c) {
      for (std::int64_t row = 0; row < rows_at_once; ++row) join(joined[c], rows[row * stride + c], c);
    }
  }
  for (; r < count; ++r, rows += stride) {
    for (std::int64_t c = 0; c < channels; ++c) join(joined[c], rows[c], c);
  }
}

/// The same for rows [begin, end) of a matrix, whose numbers come in the type of their sums.
template <Element T, class Joined, class Join>
void join_rows(CpuPolicy const& where, MatrixView<T const> matrix, std::int64_t begin, std::int64_t end, Joined* joined,
               Join const& join) {
  if constexpr (is_narrow<T>) {
    std::int64_t const channels = matrix.columns;
    Buffer<float> widened(where.memory(), rows_at_once * channels);
    for (std::int64_t first = begin; first < end; first += rows_at_once) {
      std::int64_t const count = std::min(rows_at_once, end - first);
      for (std::int64_t row = 0; row < count; ++row) {
        widen_numbers(matrix.row_data(first + row), widened.data() + row * channels, channels, where.instruction_set());
      }
      join_rows(widened.data(), channels, count, channels, joined, join);
    }
  } else {
    join_rows(matrix.row_data(begin), matrix.stride, end - begin, matrix.columns, joined, join);
  }
}

}  // namespace sparseconv::inline v0_1::on_cpu

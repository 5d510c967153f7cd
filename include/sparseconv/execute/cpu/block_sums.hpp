#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>

#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/cache_size.hpp"
#include "sparseconv/policy/execution_policy.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// The output rows that one thread sums at a time, of `width` numbers each: with a quarter of its second-level cache they stay
/// there while inputs and weights pass.
template <class Sum>
std::int64_t block_rows(std::int64_t outputs, std::int64_t width, int threads) {
  std::int64_t const block_bytes =
      std::clamp<std::int64_t>(second_level_cache_bytes() / 4, std::int64_t{1} << 16, std::int64_t{1} << 20);
  std::int64_t const cached = block_bytes / (std::max<std::int64_t>(width, 1) * static_cast<std::int64_t>(sizeof(Sum)));
  std::int64_t const shared = threads == 1 ? outputs : outputs / (std::int64_t{threads} * 4) + 1;
  return std::clamp<std::int64_t>(std::min(cached, shared), 64, 4096);
}

/// Where one thread's sums of a block of output rows grow: in the output itself if that has their type and its rows are whole
/// vectors, else aside.
template <Element T>
class BlockSums {
 public:
  using Sum = Accumulator<T>;

  /// For blocks of at most `rows` rows, of `width` numbers with the padding of the last vector.
  BlockSums(CpuPolicy const& where, MatrixView<T> output, std::int64_t width, std::int64_t rows)
      : output_(output),
        width_(width),
        in_place_(std::same_as<T, Sum> && width == output.columns),
        aside_(where.memory(), in_place_ ? 0 : rows * width) {}

  /// The sums of output rows [begin, end), all 0.
  MatrixView<Sum> zeros(std::int64_t begin, std::int64_t end) {
    MatrixView<Sum> sums{aside_.data(), end - begin, width_, width_};
    if constexpr (std::same_as<T, Sum>) {
      if (in_place_) sums = {output_.row_data(begin), end - begin, width_, output_.stride};
    }
    if (sums.stride == width_) {
      std::fill_n(sums.data, sums.size(), Sum{0});
    } else {
      for (std::int64_t row = 0; row < sums.rows; ++row) std::fill_n(sums.row_data(row), width_, Sum{0});
    }
    return sums;
  }

 private:
  MatrixView<T> output_;
  std::int64_t width_;
  bool in_place_;
  Buffer<Sum> aside_;
};

}  // namespace sparseconv::inline v0_1::on_cpu

#pragma once

#include <cstddef>

#include "sparseconv/config.hpp"
#include "sparseconv/execute/device/chunk.hpp"
#include "sparseconv/number/arithmetic.hpp"
#include "sparseconv/primitive/device/unroll.hpp"

namespace sparseconv::inline v0_1::on_device {

/// A thread's part of a tile of sums without tensor cores, for float and double: a warp is 8 threads along the rows x 4
/// along the channels, and each takes every eighth row and every fourth channel of the warp's part.
///
/// T: numbers and sums.
template <class Shape, class T>
struct RegisterSums {
  using Sum = T;
  static constexpr int rows_each = Shape::warp_rows / 8;
  static constexpr int channels_each = Shape::warp_channels / 4;
  /// That a thread needs for all it does.
  static constexpr int registers = std::size_t{rows_each * channels_each} * sizeof(T) <= 128 ? 128 : 168;

  T sums[std::size_t{rows_each}][std::size_t{channels_each}] = {};
  int first_row;
  int first_channel;

  SPARSECONV_HOST_DEVICE explicit RegisterSums(int thread)
      : first_row(thread / 32 % Shape::warps_along_rows * Shape::warp_rows + thread % 8),
        first_channel(thread / 32 / Shape::warps_along_rows * Shape::warp_channels + thread % 32 / 8) {}

  [[nodiscard]] constexpr int first_row_of_warp() const { return first_row / Shape::warp_rows * Shape::warp_rows; }
  /// Where sum (i, j) of this thread stands in the tile.
  [[nodiscard]] constexpr int row(int i) const { return first_row + 8 * i; }
  [[nodiscard]] constexpr int channel(int j) const { return first_channel + 4 * j; }
  [[nodiscard]] constexpr T& at(int i, int j) { return sums[i][j]; }

  /// Adds the product of a slice of input rows and a slice of packed weights, in the order of the channels, unless none
  /// of the warp's groups of rows has the element.
  SPARSECONV_DEVICE_TEMPLATE
  template <class Block, class Groups>
  SPARSECONV_HOST_DEVICE void add_product(Block&, std::byte const* input, std::byte const* weights,
                                          Groups const& groups) {
    if (!groups.any_of(Shape::warp_rows / 16)) return;
    SPARSECONV_DEVICE_LOOP
    for (int chunk = 0; chunk < Shape::slice_chunks; ++chunk) {
      Chunk<T> a[std::size_t{rows_each}];
      SPARSECONV_DEVICE_UNROLL
      for (int i = 0; i < rows_each; ++i) a[i] = chunk_at(input, row(i), chunk);
      SPARSECONV_DEVICE_UNROLL
      for (int j = 0; j < channels_each; ++j) {
        Chunk<T> const b = chunk_at(weights, channel(j), chunk);
        SPARSECONV_DEVICE_UNROLL
        for (int n = 0; n < Chunk<T>::size; ++n) {
          SPARSECONV_DEVICE_UNROLL
          for (int i = 0; i < rows_each; ++i) sums[i][j] = fused(a[i].numbers[n], b.numbers[n], sums[i][j]);
        }
      }
    }
  }

 private:
  SPARSECONV_HOST_DEVICE static Chunk<T> chunk_at(std::byte const* rows, int row, int chunk) {
    return *reinterpret_cast<Chunk<T> const*>(rows + row * Shape::pitch + chunk * 16);
  }
};

}  // namespace sparseconv::inline v0_1::on_device

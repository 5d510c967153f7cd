#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/number/bfloat16.hpp"
#include "sparseconv/number/half.hpp"
#include "sparseconv/primitive/device/unroll.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Stands for float numbers that are multiplied as tf32.
struct Tf32 {};

/// A thread's part of a tile of sums that tensor cores add to: fragments of 16 x 8 sums, spread over a warp.
///
/// Number: half, bfloat16 or Tf32. All three have their operands in the same 16-byte chunks: a fragment of A is 16 rows by
///         two chunks, a fragment of B 8 channels by two chunks.
template <class Shape, class Number>
struct FragmentSums {
  using Sum = float;
  static constexpr int fragments_down = Shape::warp_rows / 16;
  static constexpr int fragments_across = Shape::warp_channels / 8;
  static constexpr int rows_each = 2 * fragments_down;
  static constexpr int channels_each = 2 * fragments_across;
  /// That a thread needs for all it does. Those of a small block copy more rows each, and keep their numbers.
  static constexpr int registers = rows_each * channels_each <= 32 || Shape::threads >= 256 ? 128 : 168;

  float sums[std::size_t{fragments_down}][std::size_t{fragments_across}][4] = {};
  int lane;
  int first_row;
  int first_channel;

  SPARSECONV_HOST_DEVICE explicit FragmentSums(int thread)
      : lane(thread % 32),
        first_row(thread / 32 % Shape::warps_along_rows * Shape::warp_rows),
        first_channel(thread / 32 / Shape::warps_along_rows * Shape::warp_channels) {}

  [[nodiscard]] constexpr int first_row_of_warp() const { return first_row; }
  /// Where sum (i, j) of this thread stands in the tile.
  [[nodiscard]] constexpr int row(int i) const { return first_row + i / 2 * 16 + lane / 4 + i % 2 * 8; }
  [[nodiscard]] constexpr int channel(int j) const { return first_channel + j / 2 * 8 + lane % 4 * 2 + j % 2; }
  [[nodiscard]] constexpr float& at(int i, int j) { return sums[i / 2][j / 2][i % 2 * 2 + j % 2]; }

  /// Adds the product of a slice of input rows and a slice of packed weights, in the order of the channels, to the
  /// fragments whose group of 16 rows has the element.
  SPARSECONV_DEVICE_TEMPLATE
  template <class Block, class Groups>
  SPARSECONV_HOST_DEVICE void add_product(Block& block, std::byte const* input, std::byte const* weights,
                                          Groups const& groups) {
    if (!groups.any_of(fragments_down)) return;
    // Which row and chunk this lane names to load_matrices. A: rows 0 to 7 and 8 to 15, then the same of the second
    // chunk.
    // B: both chunks of 8 channels, then both of the next 8.
    std::byte const* const a_rows = input + (first_row + lane % 16) * Shape::pitch + lane / 16 * 16;
    std::byte const* const b_rows =
        weights + (first_channel + lane / 16 * 8 + lane % 8) * Shape::pitch + lane / 8 % 2 * 16;
    SPARSECONV_DEVICE_UNROLL
    for (int chunk = 0; chunk < Shape::slice_chunks; chunk += 2) {
      std::uint32_t a[std::size_t{fragments_down}][4];
      std::uint32_t b[std::size_t{fragments_across / 2}][4];
      SPARSECONV_DEVICE_UNROLL
      for (int m = 0; m < fragments_down; ++m) {
        if (groups.has(m)) block.load_matrices(a[m], a_rows + m * 16 * Shape::pitch + chunk * 16);
      }
      SPARSECONV_DEVICE_UNROLL
      for (int n = 0; n < fragments_across / 2; ++n) {
        block.load_matrices(b[n], b_rows + n * 16 * Shape::pitch + chunk * 16);
      }
      block.settle();
      if constexpr (std::same_as<Number, Tf32>) {
        SPARSECONV_DEVICE_UNROLL
        for (int m = 0; m < fragments_down; ++m) {
          if (!groups.has(m)) continue;
          SPARSECONV_DEVICE_UNROLL
          for (int i = 0; i < 4; ++i) a[m][i] = block.round_to_tf32(a[m][i]);
        }
      }
      SPARSECONV_DEVICE_UNROLL
      for (int m = 0; m < fragments_down; ++m) {
        if (!groups.has(m)) continue;
        SPARSECONV_DEVICE_UNROLL
        for (int n = 0; n < fragments_across; ++n) {
          std::uint32_t const b0 = b[n / 2][n % 2 * 2];
          std::uint32_t const b1 = b[n / 2][n % 2 * 2 + 1];
          if constexpr (std::same_as<Number, half>) {
            block.multiply_add_half(sums[m][n], a[m], b0, b1);
          } else if constexpr (std::same_as<Number, bfloat16>) {
            block.multiply_add_bfloat16(sums[m][n], a[m], b0, b1);
          } else {
            block.multiply_add_tf32(sums[m][n], a[m], b0, b1);
          }
        }
      }
    }
    block.settle();
  }
};

}  // namespace sparseconv::inline v0_1::on_device

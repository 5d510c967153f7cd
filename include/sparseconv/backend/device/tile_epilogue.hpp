#pragma once

#include <cstdint>

#include "sparseconv/backend/device/chunk.hpp"
#include "sparseconv/backend/device/device_operands.hpp"
#include "sparseconv/backend/device/unroll.hpp"
#include "sparseconv/config.hpp"
#include "sparseconv/tensor/element.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv {

/// Finishes a tile of sums in shared memory and writes it: activation(sum + bias + residual), rounded once.
///
/// The tile's channels begin at first_channel; its row r is row `output_row(r)` of the output, or not wanted if that is
/// no_row. `chunked`: rows of output and residual begin at multiples of 16 bytes.
SPARSECONV_DEVICE_TEMPLATE
template <class Shape, int Rows, class T, class Sum, class Block, class OutputRow>
SPARSECONV_HOST_DEVICE void store_tile(Block& block, Sum const* sums, DeviceOperands<T> const& operands,
                                       OutputRow const& output_row, std::int64_t first_channel, bool chunked) {
  constexpr int size = Chunk<T>::size;
  constexpr int row_chunks = Shape::channels / size;
  for (int i = block.thread(); i < Rows * row_chunks; i += Shape::threads) {
    int const tile_channel = i % row_chunks * size;
    std::int64_t const channel = first_channel + tile_channel;
    Row const row = output_row(i / row_chunks);
    if (row == no_row || channel >= operands.out_channels) continue;
    std::int64_t const count = operands.out_channels - channel < size ? operands.out_channels - channel : size;
    Sum const* const from = sums + i / row_chunks * Shape::template sum_pitch<Sum> + tile_channel;
    T* const to = operands.output + row * operands.out_channels + channel;

    Chunk<T> residual{};
    if (operands.residual != nullptr) {
      T const* const numbers = operands.residual + row * operands.out_channels + channel;
      if (chunked) {
        residual = *reinterpret_cast<Chunk<T> const*>(numbers);
      } else {
        SPARSECONV_DEVICE_UNROLL
        for (int n = 0; n < size; ++n) residual.numbers[n] = n < count ? numbers[n] : T(0);
      }
    }
    Chunk<T> result;
    SPARSECONV_DEVICE_UNROLL
    for (int n = 0; n < size; ++n) {
      Sum sum = from[n];
      if (operands.bias.present() && n < count) sum += operands.bias[channel + n];
      if (operands.residual != nullptr) sum += static_cast<Sum>(residual.numbers[n]);
      result.numbers[n] = static_cast<T>(operands.activation(sum));
    }
    if (chunked) {
      *reinterpret_cast<Chunk<T>*>(to) = result;
    } else {
      SPARSECONV_DEVICE_UNROLL
      for (int n = 0; n < size; ++n) {
        if (n < count) to[n] = result.numbers[n];
      }
    }
  }
}

/// Whether output and residual can be read and written in chunks of 16 bytes.
template <Element T>
bool outputs_are_chunks(DeviceOperands<T> const& operands) {
  return rows_are_chunks<T>(operands.output, operands.out_channels) &&
         rows_are_chunks<T>(operands.residual, operands.out_channels);
}

}  // namespace sparseconv

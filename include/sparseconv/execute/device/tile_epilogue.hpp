#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/execute/activation.hpp"
#include "sparseconv/execute/device/chunk.hpp"
#include "sparseconv/execute/device/device_operands.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/primitive/device/unroll.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1::on_device {

/// The first `count` numbers of a chunk, and zeros. `chunked`: it lies at a multiple of 16 bytes, and count is all.
template <class T>
SPARSECONV_HOST_DEVICE Chunk<T> load_chunk(T const* from, int count, bool chunked) {
  if (chunked) return *reinterpret_cast<Chunk<T> const*>(from);
  Chunk<T> chunk;
  SPARSECONV_DEVICE_UNROLL
  for (int n = 0; n < Chunk<T>::size; ++n) chunk.numbers[n] = n < count ? from[n] : T(0);
  return chunk;
}

SPARSECONV_DEVICE_TEMPLATE
template <class T, class Block>
SPARSECONV_HOST_DEVICE void store_chunk(Block const& block, T* to, ChunkWords const& chunk, int count, bool chunked) {
  if (chunked) {
    block.store(to, chunk);
    return;
  }
  auto const numbers = std::bit_cast<Chunk<T>>(chunk);
  SPARSECONV_DEVICE_UNROLL
  for (int n = 0; n < Chunk<T>::size; ++n) {
    if (n < count) to[n] = numbers.numbers[n];
  }
}

/// Sums as the features that they become, each rounded once.
SPARSECONV_DEVICE_TEMPLATE
template <class T, class Block, class Sum>
SPARSECONV_HOST_DEVICE ChunkWords rounded_chunk(Block const& block, Sum const (&sums)[Chunk<T>::size]) {
  ChunkWords chunk;
  SPARSECONV_DEVICE_UNROLL
  for (int n = 0; n < Chunk<T>::size; ++n) {
    if constexpr (is_narrow<T>) {
      if (n % 2 == 0) chunk.words[n / 2] = block.template rounded_pair<T>(sums[n], sums[n + 1]);
    } else if constexpr (sizeof(Sum) == 4) {
      chunk.words[n] = std::bit_cast<std::uint32_t>(sums[n]);
    } else {
      auto const bits = std::bit_cast<std::uint64_t>(sums[n]);
      chunk.words[2 * n] = static_cast<std::uint32_t>(bits);
      chunk.words[2 * n + 1] = static_cast<std::uint32_t>(bits >> 32);
    }
  }
  return chunk;
}

/// Applies an activation to numbers in registers. A smooth one is long, so the kernel has it once: in a loop over the numbers,
/// which lie in `room` meanwhile.
template <std::size_t Count, class Sum>
SPARSECONV_HOST_DEVICE void activate_chunk(Activation const& activation, Sum* room, Sum (&values)[Count]) {
  if (!activation.is_smooth()) {
    SPARSECONV_DEVICE_UNROLL
    for (std::size_t n = 0; n < Count; ++n) values[n] = activation.piecewise(values[n]);
    return;
  }
  SPARSECONV_DEVICE_UNROLL
  for (std::size_t n = 0; n < Count; ++n) room[n] = values[n];
  SPARSECONV_DEVICE_LOOP
  for (std::size_t n = 0; n < Count; ++n) room[n] = activation.smooth(room[n]);
  SPARSECONV_DEVICE_UNROLL
  for (std::size_t n = 0; n < Count; ++n) values[n] = room[n];
}

/// Finishes a tile of sums in shared memory and writes it: activation(sum + bias + residual), rounded once.
///
/// The tile's channels begin at first_channel; its row r is row `output_row(r)` of the output, or not wanted if that is
/// no_row. `chunked`: rows of output and residual begin at multiples of 16 bytes. The tile's numbers are lost.
SPARSECONV_DEVICE_TEMPLATE
template <class Shape, int Rows, class T, class Sum, class Block, class OutputRow>
SPARSECONV_HOST_DEVICE void store_tile(Block& block, Sum* sums, DeviceOperands<T> const& operands,
                                       OutputRow const& output_row, std::int64_t first_channel, bool chunked) {
  constexpr int size = Chunk<T>::size;
  constexpr int row_chunks = Shape::channels / size;
  static_assert(Shape::threads % row_chunks == 0, "a thread takes the same channels of all its rows");
  int const tile_channel = block.thread() % row_chunks * size;
  std::int64_t const channel = first_channel + tile_channel;
  if (channel >= operands.out_channels) return;
  int const count = operands.out_channels - channel < size ? static_cast<int>(operands.out_channels - channel) : size;
  Sum bias[std::size_t{size}];
  SPARSECONV_DEVICE_UNROLL
  for (int n = 0; n < size; ++n)
    bias[n] = operands.bias.present() && n < count ? operands.bias.load(block, channel + n) : Sum{0};

  for (int r = block.thread() / row_chunks; r < Rows; r += Shape::threads / row_chunks) {
    Row const row = output_row(r);
    if (row == no_row) continue;
    auto const place_in = [&](std::int64_t stride) {
      return std::uint64_t{static_cast<std::uint32_t>(row)} * static_cast<std::uint32_t>(stride) +
             static_cast<std::uint64_t>(channel);
    };
    Sum* const in_tile = sums + r * Shape::template sum_pitch<Sum> + tile_channel;
    auto const* const chunks = reinterpret_cast<Chunk<Sum> const*>(in_tile);
    Sum values[std::size_t{size}];
    SPARSECONV_DEVICE_UNROLL
    for (int n = 0; n < size; ++n) values[n] = chunks[n / Chunk<Sum>::size].numbers[n % Chunk<Sum>::size];
    if (operands.bias.present()) {
      SPARSECONV_DEVICE_UNROLL
      for (int n = 0; n < size; ++n) values[n] += bias[n];
    }
    if (operands.residual != nullptr) {
      Chunk<T> const residual = load_chunk(operands.residual + place_in(operands.residual_stride), count, chunked);
      SPARSECONV_DEVICE_UNROLL
      for (int n = 0; n < size; ++n) values[n] += block.widened(residual.numbers[n]);
    }
    activate_chunk(operands.activation, in_tile, values);
    store_chunk(block, operands.output + place_in(operands.output_stride), rounded_chunk<T>(block, values), count,
                chunked);
  }
}

/// Whether output and residual can be read and written in chunks of 16 bytes.
template <Element T>
bool outputs_are_chunks(DeviceOperands<T> const& operands) {
  return operands.out_channels % Chunk<T>::size == 0 && rows_are_chunks<T>(operands.output, operands.output_stride) &&
         (operands.residual == nullptr || rows_are_chunks<T>(operands.residual, operands.residual_stride));
}

}  // namespace sparseconv::inline v0_1::on_device

#pragma once

#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/execute/device/device_operands.hpp"
#include "sparseconv/execute/device/identity_source.hpp"
#include "sparseconv/execute/device/output_tile.hpp"
#include "sparseconv/execute/device/tile_epilogue.hpp"
#include "sparseconv/execute/device/tile_shape.hpp"
#include "sparseconv/execute/device/tile_sums.hpp"

namespace sparseconv::inline v0_1::on_device {

/// The product of rows and one matrix: a block of threads sums Shape::rows rows x Shape::channels output channels in registers.
///
/// T: float, double, half, bfloat16, or Tf32.
/// Bits: a sum goes through the channels as ImplicitGemmKernel's does, for every shape.
template <class T, class Shape>
struct RowGemmKernel {
  using Number = StoredAs<T>;
  using Sums = TileSums<Shape, T>;
  static constexpr int threads = Shape::threads;
  static constexpr int blocks_at_once = 65536 / (Sums::registers * threads);  // of a multiprocessor's registers

  IdentityRows rows;
  DeviceOperands<Number> operands;
  bool chunked_output;

  RowGemmKernel(IdentityRows const& all, DeviceOperands<Number> const& numbers)
      : rows(all), operands(numbers), chunked_output(outputs_are_chunks(numbers)) {}

  [[nodiscard]] std::int64_t blocks() const { return (rows.count + Shape::rows - 1) / Shape::rows * channel_tiles(); }
  [[nodiscard]] std::int64_t shared_bytes() const {
    return output_tile_bytes<Shape, IdentitySource, typename Sums::Sum>;
  }

  SPARSECONV_DEVICE_TEMPLATE
  template <class Block>
  SPARSECONV_HOST_DEVICE void operator()(Block& block) const {
    // Blocks that follow each other take the same rows, which the cache then has.
    auto const index = static_cast<std::uint32_t>(block.index());
    auto const tiles = static_cast<std::uint32_t>(channel_tiles());
    std::int64_t const first_channel = std::int64_t{index % tiles} * Shape::channels;
    IdentitySource source(rows, std::int64_t{index / tiles} * Shape::rows);
    write_output_tile<T, Shape>(block, operands, source, first_channel, chunked_output);
  }

 private:
  [[nodiscard]] constexpr std::int64_t channel_tiles() const {
    return (operands.out_channels + Shape::channels - 1) / Shape::channels;
  }
};

}  // namespace sparseconv::inline v0_1::on_device

#pragma once

#include <cstdint>
#include <span>

#include "sparseconv/config.hpp"
#include "sparseconv/execute/item_blocks.hpp"
#include "sparseconv/execute/pooling.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/row.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Pools a channel of the block at a place.
template <Element T>
struct PoolItemBlock {
  ItemBlocks blocks;
  T const* input;
  std::int64_t input_stride;
  PooledNumber<T>* pooled;
  std::int64_t channels;
  Pooling pooling;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t place, std::int64_t channel) const {
    ItemBlocks::Block const block = blocks.block_at(place);
    PooledNumber<T> number;
    for (std::int64_t row = block.begin; row < block.end; ++row) {
      number.include(pooling, input[row * input_stride + channel]);
    }
    pooled[place * channels + channel] = number;
  }
};

/// Joins what was pooled of a channel of an item's blocks.
template <Element T>
struct JoinItemBlocks {
  ItemBlocks blocks;
  PooledNumber<T> const* pooled;
  T* output;
  std::int64_t output_stride;
  std::int64_t channels;
  Pooling pooling;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t item, std::int64_t channel) const {
    PooledNumber<T> number;
    std::int64_t const first = blocks.first_place(item);
    std::int64_t const last = first + blocks.blocks_of(item);
    for (std::int64_t place = first; place < last; ++place) number.include(pooling, pooled[place * channels + channel]);
    output[item * output_stride + channel] = number.result(pooling, 1);
  }
};

/// sparseconv::pool_items: all blocks first, then what came of them. Does not wait.
template <Element T, DevicePolicy Policy>
void pool_items(Policy const& where, std::span<Row const> offsets, MatrixView<T const, typename Policy::Memory> input,
                MatrixView<T, typename Policy::Memory> output, Pooling pooling) {
  ItemBlocks const blocks{offsets.data(), output.rows};
  std::int64_t const places = blocks.place_count(input.rows);
  Buffer<PooledNumber<T>, typename Policy::Memory> pooled(where.memory(), places * output.columns);
  where.for_each(places, output.columns,
                 PoolItemBlock<T>{blocks, input.data, input.stride, pooled.data(), output.columns, pooling});
  where.for_each(output.rows, output.columns,
                 JoinItemBlocks<T>{blocks, pooled.data(), output.data, output.stride, output.columns, pooling});
}

}  // namespace sparseconv::inline v0_1::on_device

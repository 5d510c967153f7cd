#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "sparseconv/execute/cpu/join_rows.hpp"
#include "sparseconv/execute/item_blocks.hpp"
#include "sparseconv/execute/pooling.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/number/wide_sum.hpp"
#include "sparseconv/policy/cpu_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/primitive/row.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// Pools the rows of a block, of which there is one at least, channel by channel.
template <Element T>
void pool_block(CpuPolicy const& where, MatrixView<T const> input, ItemBlocks::Block const& block, Pooling pooling,
                PooledNumber<Accumulator<T>>* pooled) {
  using Number = Accumulator<T>;
  std::int64_t const channels = input.columns;
  if (pooling == Pooling::max) {
    Buffer<Number> largest(where.memory(), channels);
    std::transform(input.row_data(block.begin), input.row_data(block.begin) + channels, largest.begin(),
                   [](T number) { return static_cast<Number>(number); });
    join_rows(where, input, block.begin + 1, block.end, largest.data(), KeepLarger{});
    for (std::int64_t c = 0; c < channels; ++c) pooled[c].joined = WideSum<Number>(largest[c]);
  } else {
    Buffer<WideSum<Number>> sums(where.memory(), channels);
    std::fill(sums.begin(), sums.end(), WideSum<Number>{});
    join_rows(where, input, block.begin, block.end, sums.data(),
              [](WideSum<Number>& sum, Number number, std::int64_t) { sum.add(number); });
    for (std::int64_t c = 0; c < channels; ++c) pooled[c].joined = sums[c];
  }
  for (std::int64_t c = 0; c < channels; ++c) pooled[c].count = block.end - block.begin;
}

/// sparseconv::pool_items: threads share the blocks, then the items.
template <Element T>
void pool_items(CpuPolicy const& where, std::span<Row const> offsets, MatrixView<T const> input, MatrixView<T> output,
                Pooling pooling) {
  using Pooled = PooledNumber<Accumulator<T>>;
  ItemBlocks const blocks{offsets.data(), output.rows};
  std::int64_t const channels = output.columns;
  std::int64_t const places = blocks.place_count(input.rows);
  Buffer<Pooled> pooled(where.memory(), places * channels);
  for_each_range(where, places, 4, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t place = first; place < last; ++place) {
      ItemBlocks::Block const block = blocks.block_at(place);
      if (block.begin < block.end) pool_block(where, input, block, pooling, pooled.data() + place * channels);
    }
  });
  for_each_range(where, output.rows, 16, [&](std::int64_t first, std::int64_t last) {
    Buffer<Pooled> joined(where.memory(), channels);
    for (std::int64_t item = first; item < last; ++item) {
      std::fill(joined.begin(), joined.end(), Pooled{});
      Pooled const* from = pooled.data() + blocks.first_place(item) * channels;
      for (std::int64_t block = 0; block < blocks.blocks_of(item); ++block, from += channels) {
        for (std::int64_t c = 0; c < channels; ++c) joined[c].include(pooling, from[c]);
      }
      for (std::int64_t c = 0; c < channels; ++c) output(item, c) = joined[c].template result<T>(pooling, 1);
    }
  });
}

}  // namespace sparseconv::inline v0_1::on_cpu

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/index/place_order.hpp"
#include "sparseconv/index/row_map.hpp"
#include "sparseconv/index/rulebook.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/device_words.hpp"
#include "sparseconv/primitive/row.hpp"

namespace sparseconv::inline v0_1::on_seq {

/// Joins the masks of each group of places: words for each output -> words for each group.
inline Buffer<std::uint32_t> group_masks_of(HostPolicy auto const& where, RowMapView const& shape,
                                            Buffer<std::uint32_t> const& masks, Buffer<Row> const& order) {
  std::int64_t const words = shape.mask_words();
  Buffer<std::uint32_t> group_masks(where.memory(), shape.groups() * words);
  std::fill(group_masks.begin(), group_masks.end(), 0U);
  for (std::int64_t place = 0; place < shape.output_count; ++place) {
    for (std::int64_t word = 0; word < words; ++word) {
      group_masks[place / RowMapView::group * words + word] |= masks[order[place] * words + word];
    }
  }
  return group_masks;
}

/// Moves the blocks with most elements to the front of an order of outputs.
inline Buffer<Row> long_blocks_first(HostPolicy auto const& where, RowMapView const& shape,
                                     Buffer<std::uint32_t> const& masks, Buffer<Row> order) {
  std::int64_t const blocks = shape.blocks();
  std::int64_t const words = shape.mask_words();
  std::vector<std::uint64_t> keys;
  for (std::int64_t block = 0; block < blocks; ++block) {
    std::int64_t const first = block * RowMapView::block;
    std::int64_t const end = std::min(first + RowMapView::block, shape.output_count);
    std::int64_t present = 0;
    for (std::int64_t word = 0; word < words; ++word) {
      std::uint32_t joined = 0;
      for (std::int64_t place = first; place < end; ++place) joined |= masks[order[place] * words + word];
      present += count_ones(joined);
    }
    keys.push_back(block_key(block, blocks, shape.elements, present));
  }
  std::sort(keys.begin(), keys.end());
  Buffer<Row> moved(where.memory(), shape.output_count);
  Row* to = moved.data();
  for (std::uint64_t const key : keys) {
    std::int64_t const first = block_of_key(key) * RowMapView::block;
    std::int64_t const end = std::min(first + RowMapView::block, shape.output_count);
    for (std::int64_t place = first; place < end; ++place) *to++ = order[place];
  }
  return moved;
}

/// sparseconv::row_map_of for every policy of the host, by plain loops on one thread.
template <HostPolicy Policy, int D>
RowMap<> row_map_of(Policy const& where, RulebookView<> const& rules, KernelGeometry<D> const& geometry) {
  std::int64_t const elements = rules.element_count();
  std::int64_t const outputs = rules.output_count;
  RowMapView const shape{.elements = elements, .output_count = outputs};
  std::int64_t const words = shape.mask_words();
  std::int64_t const number_words = (elements + 63) / 64;

  std::vector<Row> const ranks = element_ranks(geometry);
  Buffer<std::uint32_t> masks(where.memory(), outputs * words);
  Buffer<std::uint64_t> numbers(where.memory(), outputs * number_words);  // of the sets of elements in the Gray code
  std::fill(masks.begin(), masks.end(), 0U);
  std::fill(numbers.begin(), numbers.end(), std::uint64_t{0});
  for (std::int64_t k = 0; k < elements; ++k) {
    Row const rank = ranks[static_cast<std::size_t>(k)];
    for (Row const output : rules.outputs_of(k)) {
      masks[output * words + k / 32] |= 1U << (k % 32);
      for (std::int64_t word = 0; word < number_words; ++word) {
        numbers[output * number_words + word] ^= flipped_bits(rank, word);
      }
    }
  }
  Buffer<Row> order(where.memory(), outputs);
  std::iota(order.begin(), order.end(), Row{0});
  std::stable_sort(order.begin(), order.end(), [&](Row a, Row b) {
    for (std::int64_t word = number_words; word-- > 0;) {
      std::uint64_t const of_a = numbers[a * number_words + word];
      std::uint64_t const of_b = numbers[b * number_words + word];
      if (of_a != of_b) return of_a < of_b;
    }
    return false;
  });
  order = long_blocks_first(where, shape, masks, std::move(order));

  Buffer<std::uint32_t> group_masks = group_masks_of(where, shape, masks, order);
  Buffer<Row> places(where.memory(), outputs);
  for (std::int64_t place = 0; place < outputs; ++place) places[order[place]] = static_cast<Row>(place);
  Buffer<Row> input_rows(where.memory(), elements * outputs);
  std::fill(input_rows.begin(), input_rows.end(), no_row);
  for (std::int64_t k = 0; k < elements; ++k) {
    for (std::int64_t pair = 0; pair < rules.pair_count(k); ++pair) {
      auto const i = static_cast<std::size_t>(pair);
      input_rows[k * outputs + places[rules.outputs_of(k)[i]]] = rules.inputs_of(k)[i];
    }
  }
  return RowMap<>(elements, rules.input_count, std::move(input_rows), std::move(order), std::move(group_masks));
}

/// sparseconv::exchanged_row_map for every policy of the host: by the rulebook, whose pairs the map has.
template <HostPolicy Policy, int D>
RowMap<> exchanged_row_map(Policy const& where, RowMapView const& map, KernelGeometry<D> const& geometry) {
  Buffer<Row> places(where.memory(), map.output_count);
  for (std::int64_t place = 0; place < map.output_count; ++place) {
    places[map.output_rows[place]] = static_cast<Row>(place);
  }
  std::vector<std::int64_t> offsets{0};
  std::vector<Row> inputs;
  std::vector<Row> outputs;
  for (std::int64_t k = 0; k < map.elements; ++k) {
    for (std::int64_t output = 0; output < map.output_count; ++output) {
      Row const input = map.input_rows[k * map.output_count + places[output]];
      if (input == no_row) continue;
      inputs.push_back(input);
      outputs.push_back(static_cast<Row>(output));
    }
    offsets.push_back(static_cast<std::int64_t>(inputs.size()));
  }
  RulebookView<> const rules{offsets, {inputs.data()}, {outputs.data()}, map.input_count, map.output_count, {}};
  return row_map_of(where, rules.transposed(), geometry);
}

}  // namespace sparseconv::inline v0_1::on_seq

#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "sparseconv/backend/device/device_pairs.hpp"
#include "sparseconv/backend/device/key_order.hpp"
#include "sparseconv/backend/device/rulebook.hpp"
#include "sparseconv/config.hpp"
#include "sparseconv/index/row_map.hpp"
#include "sparseconv/index/rulebook.hpp"
#include "sparseconv/policy.hpp"
#include "sparseconv/primitive/fill.hpp"
#include "sparseconv/tensor/buffer.hpp"

namespace sparseconv {

/// Marks the element of a pair with its output: in words of 64 bits, which were zeros. Shapes: words x M.
template <class Atomics>
struct MarkElements {
  DevicePairs pairs;
  std::uint64_t* masks;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t element, std::int64_t pair) const {
    if (pair >= pairs.pair_count(element)) return;
    Row const output = pairs.outputs_of(element)[pair];
    Atomics::set_bits(masks[element / 64 * pairs.output_count + output], std::uint64_t{1} << (element % 64));
  }
};

/// Writes the place of each output.
struct InvertOrder {
  Row const* order;
  Row* places;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t place) const { places[order[place]] = static_cast<Row>(place); }
};

/// Writes the input of a pair in the place of its output. Shapes: placed K x M.
struct PlacePairs {
  DevicePairs pairs;
  Row const* places;
  Row* placed;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t element, std::int64_t pair) const {
    if (pair >= pairs.pair_count(element)) return;
    Row const place = places[pairs.outputs_of(element)[pair]];
    placed[element * pairs.output_count + place] = pairs.inputs_of(element)[pair];
  }
};

/// Joins the masks of a group of places.
struct JoinMasks {
  std::uint64_t const* masks;  // words of 64 bits x M, outputs in canonical order
  Row const* order;
  std::int64_t output_count;
  std::int64_t words;  // of 32 bits
  std::uint32_t* group_masks;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t group, std::int64_t word) const {
    std::int64_t const first = group * RowMapView::group;
    std::uint64_t joined = 0;
    for (std::int64_t p = first; p < first + RowMapView::group && p < output_count; ++p) {
      joined |= masks[word / 2 * output_count + order[p]];
    }
    group_masks[group * words + word] = static_cast<std::uint32_t>(joined >> (word % 2 * 32));
  }
};

/// The rulebook as a row map. Does not wait.
template <DevicePolicy Policy>
RowMap<typename Policy::Memory> row_map_of(Policy const& where, RulebookView<typename Policy::Memory> const& rules) {
  using Memory = typename Policy::Memory;
  DevicePairs const pairs = device_pairs(rules);
  std::int64_t const elements = pairs.elements;
  std::int64_t const count = pairs.output_count;
  std::int64_t const most = std::min(pairs.input_count, count);  // pairs of an element
  std::int64_t const words = (elements + 63) / 64;
  Buffer<std::uint64_t, Memory> masks(where.memory(), words * count);
  where.for_each(masks.size(), Fill<std::uint64_t>{masks.data(), 0});
  where.for_each(elements, most, MarkElements<typename Policy::Atomics>{pairs, masks.data()});

  // Word by word from the lowest, each sort stable: in the end by the masks as numbers, then by row.
  Buffer<Row, Memory> order(where.memory(), count);
  Buffer<Row, Memory> next(where.memory(), count);
  Buffer<std::uint64_t, Memory> keys(where.memory(), count);
  Buffer<std::uint64_t, Memory> sorted(where.memory(), count);
  where.for_each(count, NumberRows{order.data()});
  for (std::int64_t word = 0; word < words; ++word) {
    where.for_each(count, GatherEach<std::uint64_t>{masks.data() + word * count, order.data(), keys.data()});
    int const bits = static_cast<int>(std::min<std::int64_t>(elements - word * 64, 64));
    where.sort_pairs(keys.data(), sorted.data(), order.data(), next.data(), count, 0, bits);
    std::swap(order, next);
  }

  RowMapView const shape{.elements = elements, .output_count = count};
  Buffer<std::uint32_t, Memory> group_masks(where.memory(), shape.groups() * shape.mask_words());
  where.for_each(shape.groups(), shape.mask_words(),
                 JoinMasks{masks.data(), order.data(), count, shape.mask_words(), group_masks.data()});
  Buffer<Row, Memory>& places = next;
  where.for_each(count, InvertOrder{order.data(), places.data()});
  Buffer<Row, Memory> input_rows(where.memory(), elements * count);
  where.for_each(input_rows.size(), Fill<Row>{input_rows.data(), no_row});
  where.for_each(elements, most, PlacePairs{pairs, places.data(), input_rows.data()});
  return RowMap<Memory>(elements, pairs.input_count, std::move(input_rows), std::move(order), std::move(group_masks));
}

}  // namespace sparseconv

#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "sparseconv/config.hpp"
#include "sparseconv/index/device/device_pairs.hpp"
#include "sparseconv/index/device/place_pairs.hpp"
#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/index/place_order.hpp"
#include "sparseconv/index/row_map.hpp"
#include "sparseconv/index/rulebook.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/device/key_order.hpp"
#include "sparseconv/primitive/device_words.hpp"
#include "sparseconv/primitive/fill.hpp"
#include "sparseconv/tensor/copy_to.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Marks the element of a pair with its output: in words of 64 bits, which were zeros. Shapes: words x M.
template <class Atomics, class Pairs>
struct MarkElements {
  Pairs pairs;
  std::uint64_t* masks;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t element, std::int64_t i) const {
    Row const output = pairs.entry(element, i).output;
    if (output == no_row) return;
    Atomics::set_bits(masks[element / 64 * pairs.output_count + output], std::uint64_t{1} << (element % 64));
  }
};

/// Writes the place of each output.
struct InvertOrder {
  Row const* order;
  Row* places;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t place) const { places[order[place]] = static_cast<Row>(place); }
};

/// Writes a word of each output's number in the Gray code. Shapes: words of 64 bits x M.
struct NumberSets {
  std::uint64_t const* masks;  ///< words of 64 bits x M
  Row const* ranks;            ///< of the elements
  std::int64_t output_count;
  std::int64_t words;
  std::uint64_t* numbers;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t word, std::int64_t output) const {
    std::uint64_t number = 0;
    for (std::int64_t w = 0; w < words; ++w) {
      for (std::uint64_t left = masks[w * output_count + output]; left != 0; left &= left - 1) {
        number ^= flipped_bits(ranks[w * 64 + lowest_one(left)], word);
      }
    }
    numbers[word * output_count + output] = number;
  }
};

/// Joins the masks of a group of places.
struct JoinMasks {
  std::uint64_t const* masks;  ///< words of 64 bits x M, outputs in canonical order
  Row const* order;
  std::int64_t output_count;
  std::int64_t words;  ///< of 32 bits
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

/// Writes what the blocks of places are sorted by.
struct KeyBlocks {
  std::uint32_t const* group_masks;
  RowMapView shape;
  std::uint64_t* keys;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t block) const {
    constexpr std::int64_t groups_each = RowMapView::block / RowMapView::group;
    std::int64_t const words = shape.mask_words();
    std::int64_t const end = (block + 1) * groups_each < shape.groups() ? (block + 1) * groups_each : shape.groups();
    std::int64_t present = 0;
    for (std::int64_t word = 0; word < words; ++word) {
      std::uint32_t joined = 0;
      for (std::int64_t group = block * groups_each; group < end; ++group) joined |= group_masks[group * words + word];
      present += count_ones(joined);
    }
    keys[block] = block_key(block, shape.blocks(), shape.elements, present);
  }
};

/// Moves blocks of numbers, of which the last may be short, to where the order of their keys wants them.
/// Shapes: blocks x numbers of a block.
template <class T>
struct MoveBlocks {
  std::uint64_t const* keys;  ///< sorted
  std::int64_t size;          ///< of a block
  std::int64_t count;         ///< of all numbers
  T const* from;
  T* to;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t block, std::int64_t i) const {
    std::int64_t const place = block * size + i;
    if (place < count) to[place] = from[block_of_key(keys[block]) * size + i];
  }
};

/// An order of the outputs, and the masks of its groups.
template <MemorySpace Memory>
struct OrderedPlaces {
  Buffer<Row, Memory> order;
  Buffer<std::uint32_t, Memory> group_masks;
};

/// The outputs by their numbers in the Gray code, then by row.
template <DevicePolicy Policy>
Buffer<Row, typename Policy::Memory> order_by_sets(Policy const& where,
                                                   Buffer<std::uint64_t, typename Policy::Memory> const& masks,
                                                   std::vector<Row> const& ranks, std::int64_t count) {
  using Memory = typename Policy::Memory;
  auto const elements = static_cast<std::int64_t>(ranks.size());
  std::int64_t const words = (elements + 63) / 64;
  auto const ranks_there = copy_in_pieces(where, std::span<Row const>(ranks));
  Buffer<std::uint64_t, Memory> numbers(where.memory(), words * count);
  where.for_each(words, count, NumberSets{masks.data(), ranks_there.data(), count, words, numbers.data()});

  // Word by word from the lowest, each sort stable.
  Buffer<Row, Memory> order(where.memory(), count);
  Buffer<Row, Memory> next(where.memory(), count);
  Buffer<std::uint64_t, Memory> keys;
  Buffer<std::uint64_t, Memory> sorted(where.memory(), count);
  where.for_each(count, NumberRows{order.data()});
  for (std::int64_t word = 0; word < words; ++word) {
    std::uint64_t const* of_word = numbers.data();
    if (word > 0) {
      if (keys.empty()) keys = Buffer<std::uint64_t, Memory>(where.memory(), count);
      where.for_each(count, GatherEach<std::uint64_t>{numbers.data() + word * count, order.data(), keys.data()});
      of_word = keys.data();
    }
    int const bits = static_cast<int>(std::min<std::int64_t>(elements - word * 64, 64));
    where.sort_pairs(of_word, sorted.data(), order.data(), next.data(), count, 0, bits);
    std::swap(order, next);
  }
  return order;
}

/// The same places with the blocks that have most elements first.
template <DevicePolicy Policy>
OrderedPlaces<typename Policy::Memory> long_blocks_first(Policy const& where, RowMapView const& shape,
                                                         OrderedPlaces<typename Policy::Memory> places) {
  using Memory = typename Policy::Memory;
  std::int64_t const blocks = shape.blocks();
  if (blocks <= 2) return places;  // the last stays the last
  Buffer<std::uint64_t, Memory> keys(where.memory(), blocks);
  Buffer<std::uint64_t, Memory> sorted(where.memory(), blocks);
  where.for_each(blocks, KeyBlocks{places.group_masks.data(), shape, keys.data()});
  int const bits = bit_length(static_cast<std::uint64_t>(shape.elements) + 1);
  where.sort_keys(keys.data(), sorted.data(), blocks, 32, 32 + bits);

  auto const move = [&](auto& numbers, std::int64_t size) {
    using T = std::remove_cvref_t<decltype(*numbers.data())>;
    Buffer<T, Memory> moved(where.memory(), numbers.size());
    where.for_each(blocks, size, MoveBlocks<T>{sorted.data(), size, numbers.size(), numbers.data(), moved.data()});
    numbers = std::move(moved);
  };
  move(places.order, RowMapView::block);
  move(places.group_masks, RowMapView::block / RowMapView::group * shape.mask_words());
  return places;
}

/// The row map of pairs: of DevicePairs, or of an ExchangedMap. Does not wait.
template <DevicePolicy Policy, class Pairs, int D>
RowMap<typename Policy::Memory> row_map_of_pairs(Policy const& where, Pairs const& pairs,
                                                 KernelGeometry<D> const& geometry) {
  using Memory = typename Policy::Memory;
  std::int64_t const elements = pairs.elements;
  std::int64_t const count = pairs.output_count;
  std::int64_t const words = (elements + 63) / 64;
  Buffer<std::uint64_t, Memory> masks(where.memory(), words * count);
  where.for_each(masks.size(), Fill<std::uint64_t>{masks.data(), 0});
  where.for_each(elements, pairs.most_pairs(), MarkElements<typename Policy::Atomics, Pairs>{pairs, masks.data()});

  RowMapView const shape{.elements = elements, .output_count = count};
  OrderedPlaces<Memory> places{order_by_sets(where, masks, element_ranks(geometry), count),
                               Buffer<std::uint32_t, Memory>(where.memory(), shape.groups() * shape.mask_words())};
  where.for_each(shape.groups(), shape.mask_words(),
                 JoinMasks{masks.data(), places.order.data(), count, shape.mask_words(), places.group_masks.data()});
  places = long_blocks_first(where, shape, std::move(places));

  Buffer<Row, Memory> place_of_output(where.memory(), count);
  where.for_each(count, InvertOrder{places.order.data(), place_of_output.data()});
  Buffer<Row, Memory> input_rows = placed_inputs(where, pairs, place_of_output.data());
  return RowMap<Memory>(elements, pairs.input_count, std::move(input_rows), std::move(places.order),
                        std::move(places.group_masks));
}

/// sparseconv::row_map_of. Does not wait.
template <DevicePolicy Policy, int D>
RowMap<typename Policy::Memory> row_map_of(Policy const& where, RulebookView<typename Policy::Memory> const& rules,
                                           KernelGeometry<D> const& geometry) {
  return row_map_of_pairs(where, device_pairs(rules), geometry);
}

/// sparseconv::exchanged_row_map. Does not wait.
template <DevicePolicy Policy, int D>
RowMap<typename Policy::Memory> exchanged_row_map(Policy const& where, RowMapView const& map,
                                                  KernelGeometry<D> const& geometry) {
  return row_map_of_pairs(where, exchanged_pairs(map), geometry);
}

}  // namespace sparseconv::inline v0_1::on_device

#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdint>
#include <utility>

#include "sparseconv/index/reached_outputs.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/primitive/sort_by_key.hpp"
#include "sparseconv/tensor/key_packing.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// Marks every key that inputs reach in a map of one bit a key; reading the map out gives the outputs in order.
template <int D>
Buffer<Coordinate<D>> reached_by_bit_map(CpuPolicy const& where, SiteSet<D> const& inputs,
                                         ReachedOutputs<D> const& reached,
                                         KeyPacking<D, std::uint64_t> const& packing) {
  constexpr std::int64_t stretch = 4096;  // words that one thread takes at a time
  Buffer<std::uint64_t> map(where.memory(), (std::int64_t{1} << packing.bits()) / 64 + 1);
  for_each_range(where, map.size(), stretch,
                 [&](std::int64_t begin, std::int64_t end) { std::fill(map.begin() + begin, map.begin() + end, 0U); });
  bool const alone = where.thread_count() == 1;
  auto const mark = [&](std::uint64_t& word, std::uint64_t bits) {
    if (alone) {
      word |= bits;
      return;
    }
    std::atomic_ref<std::uint64_t> shared(word);
    if ((shared.load(std::memory_order_relaxed) & bits) != bits) shared.fetch_or(bits, std::memory_order_relaxed);
  };
  for_each_index(where, inputs.size(), [&](std::int64_t row) {
    reached.runs(inputs.coordinates()[static_cast<std::size_t>(row)],
                 [&](WideCoordinate<D> const& output, std::int64_t count) {
                   // Neighbours along the last axis are neighbours in the map, here cut at the ends of its words.
                   std::uint64_t key = packing.key(output);
                   for (auto left = static_cast<std::uint64_t>(count); left > 0;) {
                     std::uint64_t const taken = std::min(left, 64 - key % 64);
                     mark(map[static_cast<std::int64_t>(key / 64)], ~std::uint64_t{0} >> (64 - taken) << (key % 64));
                     key += taken;
                     left -= taken;
                   }
                 });
  });

  Buffer<std::int64_t> first(where.memory(), (map.size() + stretch - 1) / stretch);
  for_each_range(where, map.size(), stretch, [&](std::int64_t begin, std::int64_t end) {
    std::int64_t count = 0;
    for (std::int64_t i = begin; i < end; ++i) {
      if (map[i] != 0) count += std::popcount(map[i]);  // nearly all words are 0, and counting bits may be a call
    }
    first[begin / stretch] = count;
  });
  std::int64_t total = 0;
  for (std::int64_t& place : first) total += std::exchange(place, total);

  Buffer<Coordinate<D>> outputs(where.memory(), total);
  for_each_range(where, map.size(), stretch, [&](std::int64_t begin, std::int64_t end) {
    Coordinate<D>* next = outputs.data() + first[begin / stretch];
    for (std::int64_t i = begin; i < end; ++i) {
      for (std::uint64_t word = map[i]; word != 0; word &= word - 1) {
        std::uint64_t const key =
            static_cast<std::uint64_t>(i) * 64 + static_cast<std::uint64_t>(std::countr_zero(word));
        *next++ = narrow<D>(packing.coordinate(key), "output_sites");
      }
    }
  });
  return outputs;
}

/// Lists every key that inputs reach, sorts the list and keeps one of each.
template <int D, class Key>
Buffer<Coordinate<D>> reached_by_sort(CpuPolicy const& where, SiteSet<D> const& inputs,
                                      ReachedOutputs<D> const& reached, KeyPacking<D, Key> const& packing) {
  struct Reached {
    Key key;
  };
  constexpr std::int64_t stretch = 4096;  // inputs that one thread takes at a time
  auto const for_each_input = [&](std::int64_t begin, std::int64_t end, auto const& body) {
    for (std::int64_t row = begin; row < end; ++row)
      reached.runs(inputs.coordinates()[static_cast<std::size_t>(row)], body);
  };
  // Counted first, so that every key has its place and no list has to grow.
  Buffer<std::int64_t> first(where.memory(), (inputs.size() + stretch - 1) / stretch);
  for_each_range(where, inputs.size(), stretch, [&](std::int64_t begin, std::int64_t end) {
    std::int64_t sum = 0;
    for_each_input(begin, end, [&](WideCoordinate<D> const&, std::int64_t count) { sum += count; });
    first[begin / stretch] = sum;
  });
  std::int64_t total = 0;
  for (std::int64_t& place : first) total += std::exchange(place, total);
  Buffer<Reached> keys(where.memory(), total);
  for_each_range(where, inputs.size(), stretch, [&](std::int64_t begin, std::int64_t end) {
    Reached* next = keys.data() + first[begin / stretch];
    for_each_input(begin, end, [&](WideCoordinate<D> const& output, std::int64_t count) {
      Key key = packing.key(output);
      for (; count > 0; --count, key = key + Key{1}) *next++ = {key};
    });
  });
  sort_by_key(where, keys, packing.bits());
  Reached* const end = std::unique(keys.begin(), keys.end(), [](Reached a, Reached b) { return a.key == b.key; });
  Buffer<Coordinate<D>> outputs(where.memory(), end - keys.begin());
  for_each_index(where, outputs.size(),
                 [&](std::int64_t i) { outputs[i] = narrow<D>(packing.coordinate(keys[i].key), "output_sites"); });
  return outputs;
}

/// Whether a bit map of keys serves: while it is no larger than 64 bytes an input site, or than the list of all outputs that
/// inputs may reach, with room to sort it.
template <int D>
bool bit_map_serves(int bits, std::int64_t inputs, ReachedOutputs<D> const& reached) {
  constexpr int most_bits = 40;
  if (bits > most_bits) return false;
  double const bytes = static_cast<double>(std::int64_t{1} << bits) / 8;
  return bytes <= static_cast<double>(inputs) *
                      std::max(64.0, 2.0 * sizeof(std::uint64_t) * static_cast<double>(reached.most()));
}

/// The coordinates that inputs reach, canonical.
template <int D>
Buffer<Coordinate<D>> reached_coordinates(CpuPolicy const& where, SiteSet<D> const& inputs,
                                          ReachedOutputs<D> const& reached) {
  return with_key_packing(reached.box(inputs.bounding_box()), "output_sites",
                          [&]<class Key>(KeyPacking<D, Key> const& packing) {
                            if constexpr (std::is_same_v<Key, std::uint64_t>) {
                              if (bit_map_serves(packing.bits(), inputs.size(), reached)) {
                                return reached_by_bit_map(where, inputs, reached, packing);
                              }
                            }
                            return reached_by_sort(where, inputs, reached, packing);
                          });
}

}  // namespace sparseconv::inline v0_1::on_cpu

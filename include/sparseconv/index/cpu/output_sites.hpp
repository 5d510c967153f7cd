#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "sparseconv/index/cpu/line_bits.hpp"
#include "sparseconv/index/cpu/reached_lines.hpp"
#include "sparseconv/index/reached_outputs.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/primitive/counts_before.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/primitive/sort_by_key.hpp"
#include "sparseconv/tensor/key_packing.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// Sets the bit of every output that inputs reach; reading the bits gives the outputs in order.
template <int D>
typename LineBits<D>::Sites reached_by_bit_map(CpuPolicy const& where, SiteSet<D> const& inputs,
                                               ReachedOutputs<D> const& reached, Box<D> const& box) {
  LineBits<D> bits(where, box);
  if (bits.empty()) return {Buffer<Coordinate<D>>(where.memory(), 0), {}};
  bool const alone = where.thread_count() == 1;
  std::int64_t const low = bits.first_cell();
  if (reached.definition() == OutputDefinition::regular && ReachedLines<D>::serves(reached.geometry())) {
    using Part = typename LineBits<D>::Part;
    constexpr std::int64_t stretch = 4096;
    std::int64_t const parts_of_input = LineBits<D>::most_parts(reached.geometry().kernel_size[D - 1]);
    for_each_range(where, inputs.size(), stretch, [&](std::int64_t begin, std::int64_t end) {
      ReachedLines<D> by_lines(where.memory(), reached.geometry(), bits);
      Buffer<Part> parts(where.memory(), parts_of_input * (end - begin));  // of all inputs of a line
      Coordinate<D> const* const sites = inputs.data();
      while (begin < end) {
        std::int64_t const end_of_line = by_lines.end_of_line(sites, begin, end);
        Part* parts_end = parts.data();
        for (std::int64_t row = begin; row < end_of_line; ++row) {
          auto const reach = by_lines.along(D - 1, sites[row].position[D - 1]);
          std::int64_t const first = std::max(reach.output - reach.count + 1, low);
          std::int64_t const count = std::min(reach.output, bits.last_cell()) - first + 1;
          if (reach.count > 0 && count > 0) {
            parts_end = LineBits<D>::add_parts(parts.data(), parts_end, first - low, count);
          }
        }
        for (auto const& line : by_lines.lines(sites[begin])) {
          for (Part const* part = parts.data(); part != parts_end; ++part) bits.set(line.first_word, *part, alone);
        }
        begin = end_of_line;
      }
    });
  } else {
    for_each_index(where, inputs.size(), [&](std::int64_t row) {
      reached.runs(inputs.data()[row], [&](WideCoordinate<D> const& output, std::int64_t count) {
        std::int64_t const first_word = bits.first_word(output);
        typename LineBits<D>::Part parts[2];
        for (std::int64_t cell = output[D] - low; count > 0; cell += 64, count -= 64) {
          auto* const end = LineBits<D>::add_parts(parts, parts, cell, std::min<std::int64_t>(count, 64));
          for (auto const* part = parts; part != end; ++part) bits.set(first_word, *part, alone);
        }
      });
    });
  }
  return bits.sites(where, "output_sites");
}

/// Lists every key that inputs reach, sorts the list and keeps one of each.
template <int D, class Key>
Buffer<Coordinate<D>> reached_by_sort(CpuPolicy const& where, SiteSet<D> const& inputs,
                                      ReachedOutputs<D> const& reached, KeyPacking<D, Key> const& packing) {
  struct ReachedKey {
    Key key;
  };
  constexpr std::int64_t stretch = 4096;  // inputs that one thread takes at a time
  auto const for_each_input = [&](std::int64_t begin, std::int64_t end, auto const& body) {
    for (std::int64_t row = begin; row < end; ++row)
      reached.runs(inputs.coordinates()[static_cast<std::size_t>(row)], body);
  };
  // Counted first, so that every key has its place and no list has to grow.
  Buffer<std::int64_t> const before =
      counts_before(where, inputs.size(), stretch, [&](std::int64_t begin, std::int64_t end) {
        std::int64_t sum = 0;
        for_each_input(begin, end, [&](WideCoordinate<D> const&, std::int64_t count) { sum += count; });
        return sum;
      });
  Buffer<ReachedKey> keys(where.memory(), before[before.size() - 1]);
  for_each_range(where, inputs.size(), stretch, [&](std::int64_t begin, std::int64_t end) {
    ReachedKey* next = keys.data() + before[begin / stretch];
    for_each_input(begin, end, [&](WideCoordinate<D> const& output, std::int64_t count) {
      Key key = packing.key(output);
      for (; count > 0; --count, key = key + Key{1}) *next++ = {key};
    });
  });
  sort_by_key(where, keys, packing.bits());
  ReachedKey* const end =
      std::unique(keys.begin(), keys.end(), [](ReachedKey a, ReachedKey b) { return a.key == b.key; });
  Buffer<Coordinate<D>> outputs(where.memory(), end - keys.begin());
  for_each_index(where, outputs.size(),
                 [&](std::int64_t i) { outputs[i] = narrow<D>(packing.coordinate(keys[i].key), "output_sites"); });
  return outputs;
}

/// Whether a bit map of so many bytes serves: while it is no larger than 64 bytes an input site, or than the list of all outputs that
/// inputs may reach, with room to sort it.
template <int D>
bool bit_map_serves(std::int64_t bytes, std::int64_t inputs, ReachedOutputs<D> const& reached) {
  return static_cast<double>(bytes) <=
         static_cast<double>(inputs) *
             std::max(64.0, 2.0 * sizeof(std::uint64_t) * static_cast<double>(reached.most()));
}

/// The sites that inputs reach, on the grid of the outputs.
template <int D>
SiteSet<D> reached_sites(CpuPolicy const& where, SiteSet<D> const& inputs, ReachedOutputs<D> const& reached,
                         Grid<D> const& grid) {
  Box<D> const box = reached.box(inputs.bounding_box());
  if (bit_map_serves(LineBits<D>::bytes_needed(box), inputs.size(), reached)) {
    auto found = reached_by_bit_map(where, inputs, reached, box);
    check_site_count(found.coordinates.size(), "SiteSet");
    return SiteSet<D>(grid, std::move(found.coordinates), found.box);
  }
  return SiteSet<D>(grid, with_key_packing(box, "output_sites", [&]<class Key>(KeyPacking<D, Key> const& packing) {
                      return reached_by_sort(where, inputs, reached, packing);
                    }));
}

}  // namespace sparseconv::inline v0_1::on_cpu

#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <utility>

#include "sparseconv/index/build_rulebook.hpp"
#include "sparseconv/index/row_map.hpp"
#include "sparseconv/policy.hpp"

namespace sparseconv {

/// The row map of a rulebook, by plain loops on one thread.
template <HostPolicy Policy>
RowMap<> row_map_of(Policy const& where, RulebookView<> const& rules) {
  std::int64_t const elements = rules.element_count();
  std::int64_t const outputs = rules.output_count;
  RowMapView const shape{.elements = elements, .output_count = outputs};
  std::int64_t const words = shape.mask_words();

  Buffer<std::uint32_t> masks(where.memory(), outputs * words);
  std::fill(masks.begin(), masks.end(), 0U);
  for (std::int64_t k = 0; k < elements; ++k) {
    for (Row const output : rules.outputs_of(k)) masks[output * words + k / 32] |= 1U << (k % 32);
  }
  Buffer<Row> order(where.memory(), outputs);
  std::iota(order.begin(), order.end(), Row{0});
  std::stable_sort(order.begin(), order.end(), [&](Row a, Row b) {
    for (std::int64_t word = words; word-- > 0;) {
      std::uint32_t const of_a = masks[a * words + word];
      std::uint32_t const of_b = masks[b * words + word];
      if (of_a != of_b) return of_a < of_b;
    }
    return false;
  });

  Buffer<std::uint32_t> group_masks(where.memory(), shape.groups() * words);
  std::fill(group_masks.begin(), group_masks.end(), 0U);
  Buffer<Row> places(where.memory(), outputs);
  for (std::int64_t place = 0; place < outputs; ++place) {
    places[order[place]] = static_cast<Row>(place);
    for (std::int64_t word = 0; word < words; ++word) {
      group_masks[place / RowMapView::group * words + word] |= masks[order[place] * words + word];
    }
  }
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

/// Builds the row map between two site sets: the pairs of build_rulebook, as a table of outputs by elements. Of a rulebook
/// that is there, row_map_of makes it.
///
/// Order:  `seq` and `cpu` wait for the result, a device policy does not.
/// Bits:   the same for every policy and lookup.
/// Work:   that of build_rulebook and a sort of the outputs' masks; memory is 4 bytes for each element and output, and the
///         rulebook while it is being built.
/// Throws: what build_rulebook throws.
template <ExecutionPolicy Policy, int D, MemorySpace Memory, class Lookup = lookup::Default<Policy>>
RowMap<Memory> build_row_map(Policy const& where, SiteSet<D, Memory> const& inputs, SiteSet<D, Memory> const& outputs,
                             KernelGeometry<D> const& geometry, Lookup how = {}) {
  check_reach<Policy, Memory>();
  static_assert(is_lookup<Lookup>, "build_row_map: the last argument is lookup::sorted or lookup::hash");
  check_geometry(geometry, "build_row_map");
  return row_map_of(where, build_rulebook(where, inputs, outputs, geometry, how).view());
}

}  // namespace sparseconv

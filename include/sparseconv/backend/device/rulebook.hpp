#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "sparseconv/backend/device/neighbour_rows.hpp"
#include "sparseconv/config.hpp"
#include "sparseconv/index/rulebook.hpp"
#include "sparseconv/policy.hpp"
#include "sparseconv/tensor/buffer.hpp"

namespace sparseconv {

/// A table of K x M rows, element by element, in stretches of outputs that one body goes through.
struct RowStretches {
  static constexpr std::int64_t stretch = 32;

  Row const* rows;
  std::int64_t output_count;

  [[nodiscard]] constexpr std::int64_t per_element() const { return (output_count + stretch - 1) / stretch; }
  [[nodiscard]] constexpr std::int64_t element(std::int64_t i) const { return i / per_element(); }
  [[nodiscard]] constexpr std::int64_t begin(std::int64_t i) const { return i % per_element() * stretch; }
  [[nodiscard]] constexpr std::int64_t end(std::int64_t i) const {
    return begin(i) + stretch < output_count ? begin(i) + stretch : output_count;
  }
};

/// Counts the pairs of each stretch; the number behind the last is 0.
struct CountPairs {
  RowStretches table;
  std::int64_t stretches;
  std::int64_t* counts;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const {
    std::int64_t count = 0;
    if (i < stretches) {
      Row const* const rows = table.rows + table.element(i) * table.output_count;
      for (std::int64_t output = table.begin(i); output < table.end(i); ++output) count += rows[output] != no_row;
    }
    counts[i] = count;
  }
};

/// Writes the pairs of each stretch in their places; of a symmetric map the inputs alone, which are the outputs too.
struct WritePairs {
  RowStretches table;
  std::int64_t const* places;
  Row* input_rows;
  Row* output_rows;  ///< null where symmetric

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const {
    Row const* const rows = table.rows + table.element(i) * table.output_count;
    std::int64_t place = places[i];
    for (std::int64_t output = table.begin(i); output < table.end(i); ++output) {
      if (rows[output] == no_row) continue;
      input_rows[place] = rows[output];
      if (output_rows != nullptr) output_rows[place] = static_cast<Row>(output);
      ++place;
    }
  }
};

/// Takes the places of each element's first stretch, and the end.
struct TakeOffsets {
  std::int64_t const* places;
  std::int64_t stretches_per_element;
  std::int64_t* offsets;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t element) const {
    offsets[element] = places[element * stretches_per_element];
  }
};

template <DevicePolicy Policy, int D, class Lookup>
Rulebook<typename Policy::Memory> build_rulebook_with(Policy const& where,
                                                      SiteSet<D, typename Policy::Memory> const& inputs,
                                                      SiteSet<D, typename Policy::Memory> const& outputs,
                                                      KernelGeometry<D> const& geometry, Lookup how) {
  using Memory = typename Policy::Memory;
  std::int64_t const elements = geometry.element_count();
  auto const rows = neighbour_rows(where, inputs, outputs, geometry, how);
  RowStretches const table{rows.data(), outputs.size()};
  std::int64_t const stretches = elements * table.per_element();
  Buffer<std::int64_t, Memory> places(where.memory(), stretches + 1);
  where.for_each(places.size(), CountPairs{table, stretches, places.data()});
  where.exclusive_sum(places.data(), places.data(), places.size());

  auto const identity = identity_element(inputs, outputs, geometry);
  bool const symmetric = is_symmetric(identity, elements);
  // An input is in one pair of an element at most, and so is an output.
  std::int64_t const most = elements * std::min(inputs.size(), outputs.size());
  Buffer<Row, Memory> input_rows(where.memory(), most);
  Buffer<Row, Memory> output_rows;
  if (!symmetric) output_rows = Buffer<Row, Memory>(where.memory(), most);
  Buffer<std::int64_t, Memory> offsets(where.memory(), elements + 1);
  where.for_each(stretches, WritePairs{table, places.data(), input_rows.data(), output_rows.data()});
  where.for_each(elements + 1, TakeOffsets{places.data(), table.per_element(), offsets.data()});
  if (symmetric) return Rulebook<Memory>(std::move(offsets), std::move(input_rows), inputs.size(), identity);
  return Rulebook<Memory>(std::move(offsets), std::move(input_rows), std::move(output_rows), inputs.size(),
                          outputs.size(), identity);
}

}  // namespace sparseconv

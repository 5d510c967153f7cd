#pragma once

#include <cstdint>

#include "sparseconv/index/row_map.hpp"
#include "sparseconv/index/rulebook.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1::on_device {

/// An input row and an output row that meet; either is no_row where there is no pair.
struct RowPair {
  Row input = no_row;
  Row output = no_row;
};

/// A rulebook as a device reads it; the host knows neither the offsets nor how many pairs there are.
///
/// Shapes: offsets K + 1; element k has offsets[k + 1] - offsets[k] pairs.
/// Order:  within an element the output rows rise strictly.
struct DevicePairs {
  std::int64_t const* offsets = nullptr;
  PairRows input_rows = {};
  PairRows output_rows = {};
  std::int64_t elements = 0;
  std::int64_t input_count = 0;
  std::int64_t output_count = 0;

  [[nodiscard]] constexpr std::int64_t pair_count(std::int64_t element) const {
    return offsets[element + 1] - offsets[element];
  }
  [[nodiscard]] constexpr Row const* inputs_of(std::int64_t element) const {
    return input_rows.of(element, elements, offsets);
  }
  [[nodiscard]] constexpr Row const* outputs_of(std::int64_t element) const {
    return output_rows.of(element, elements, offsets);
  }

  /// Entries of an element are 0 to most_pairs() - 1; those behind its pairs are no pairs.
  [[nodiscard]] constexpr std::int64_t most_pairs() const {
    return input_count < output_count ? input_count : output_count;
  }
  [[nodiscard]] constexpr RowPair entry(std::int64_t element, std::int64_t i) const {
    if (i >= pair_count(element)) return {};
    return {inputs_of(element)[i], outputs_of(element)[i]};
  }
};

/// The pairs of a row map with inputs and outputs exchanged, as a device reads them: an entry for each place.
struct ExchangedMap {
  Row const* input_rows = nullptr;   ///< of the map, K x its outputs, or no_row
  Row const* output_rows = nullptr;  ///< of the map
  std::int64_t elements = 0;
  std::int64_t input_count = 0;   ///< here: the map's outputs
  std::int64_t output_count = 0;  ///< here: the map's inputs

  [[nodiscard]] constexpr std::int64_t most_pairs() const { return input_count; }
  [[nodiscard]] constexpr RowPair entry(std::int64_t element, std::int64_t place) const {
    return {output_rows[place], input_rows[element * input_count + place]};
  }
};

template <MemorySpace Memory>
DevicePairs device_pairs(RulebookView<Memory> const& rules) {
  return {.offsets = rules.offsets.data(),
          .input_rows = rules.input_rows,
          .output_rows = rules.output_rows,
          .elements = rules.element_count(),
          .input_count = rules.input_count,
          .output_count = rules.output_count};
}

/// The pairs of a row map with inputs and outputs exchanged.
inline ExchangedMap exchanged_pairs(RowMapView const& map) {
  return {.input_rows = map.input_rows,
          .output_rows = map.output_rows,
          .elements = map.elements,
          .input_count = map.output_count,
          .output_count = map.input_count};
}

}  // namespace sparseconv::inline v0_1::on_device

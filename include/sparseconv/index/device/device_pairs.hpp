#pragma once

#include <cstdint>

#include "sparseconv/index/rulebook.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1::on_device {

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

}  // namespace sparseconv::inline v0_1::on_device

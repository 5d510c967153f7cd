#pragma once

#include <algorithm>
#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/index/device/device_pairs.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/primitive/fill.hpp"
#include "sparseconv/primitive/row.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Writes the input of a pair in the place of its output. Shapes: placed K x M.
struct PlacePairs {
  DevicePairs pairs;
  Row const* places;  ///< of the outputs, or null: each output's is its row
  Row* placed;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t element, std::int64_t pair) const {
    if (pair >= pairs.pair_count(element)) return;
    Row const output = pairs.outputs_of(element)[pair];
    Row const place = places == nullptr ? output : places[output];
    placed[element * pairs.output_count + place] = pairs.inputs_of(element)[pair];
  }
};

/// The pairs as a table: the input row of each element and place, or no_row. Does not wait. Shapes: K x M.
template <DevicePolicy Policy>
Buffer<Row, typename Policy::Memory> placed_inputs(Policy const& where, DevicePairs const& pairs, Row const* places) {
  Buffer<Row, typename Policy::Memory> inputs(where.memory(), pairs.elements * pairs.output_count);
  where.for_each(inputs.size(), Fill<Row>{inputs.data(), no_row});
  std::int64_t const most = std::min(pairs.input_count, pairs.output_count);  // pairs of an element
  where.for_each(pairs.elements, most, PlacePairs{pairs, places, inputs.data()});
  return inputs;
}

}  // namespace sparseconv::inline v0_1::on_device

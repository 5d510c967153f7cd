#pragma once

#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/index/device/device_pairs.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/primitive/fill.hpp"
#include "sparseconv/primitive/row.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Writes the input of a pair in the place of its output. Shapes: placed K x M.
template <class Pairs>
struct PlacePairs {
  Pairs pairs;
  Row const* places;  ///< of the outputs, or null: each output's is its row
  Row* placed;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t element, std::int64_t i) const {
    RowPair const pair = pairs.entry(element, i);
    if (pair.output == no_row) return;
    Row const place = places == nullptr ? pair.output : places[pair.output];
    placed[element * pairs.output_count + place] = pair.input;
  }
};

/// The pairs (DevicePairs or an ExchangedMap) as a table: the input row of each element and place, or no_row. Does not
/// wait.
/// Shapes: K x M.
template <DevicePolicy Policy, class Pairs>
Buffer<Row, typename Policy::Memory> placed_inputs(Policy const& where, Pairs const& pairs, Row const* places) {
  Buffer<Row, typename Policy::Memory> inputs(where.memory(), pairs.elements * pairs.output_count);
  where.for_each(inputs.size(), Fill<Row>{inputs.data(), no_row});
  where.for_each(pairs.elements, pairs.most_pairs(), PlacePairs<Pairs>{pairs, places, inputs.data()});
  return inputs;
}

}  // namespace sparseconv::inline v0_1::on_device

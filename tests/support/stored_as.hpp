#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sparseconv/layers/convolution.hpp"

namespace sparseconv::test {

/// The same numbers as Wide, which holds each of them exactly.
template <Element Wide, Element Number>
Buffer<Wide> stored_as(std::span<Number const> numbers) {
  Buffer<Wide> wide(static_cast<std::int64_t>(numbers.size()));
  std::transform(numbers.begin(), numbers.end(), wide.begin(), [](Number number) { return static_cast<Wide>(number); });
  return wide;
}

/// The same layer with features, weights and bias of Wide.
template <Element Wide, Element T, int D, Element W>
Convolution<Wide, D> stored_as(Convolution<T, D, HostMemory, W> const& layer) {
  WeightsView<W> const weights = layer.weights();
  std::span<W const> const numbers(weights.data, static_cast<std::size_t>(weights.size()));
  return {layer.name(),
          layer.geometry(),
          layer.definition(),
          layer.activation(),
          Weights<Wide>(weights.elements, weights.in_channels, weights.out_channels, stored_as<Wide>(numbers)),
          stored_as<Wide>(layer.bias())};
}

}  // namespace sparseconv::test

#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "sparseconv/network/profile.hpp"
#include "support/yardsticks.hpp"

namespace benchmark_support {

/// What a layer works on.
struct LayerSize {
  std::int64_t in_channels;
  std::int64_t out_channels;
  std::int64_t outputs;
  std::int64_t pairs;
  std::int64_t rulebook_bytes;

  [[nodiscard]] double operations() const {
    return 2.0 * static_cast<double>(pairs) * static_cast<double>(in_channels * out_channels);
  }
};

/// The sizes of a network's convolutions and linear nodes that have pairs, in the order of the nodes of a profile.
inline std::vector<LayerSize> layer_sizes(sparseconv::NetworkProfile const& profile) {
  std::vector<LayerSize> sizes;
  for (sparseconv::NodeProfile const& node : profile.nodes) {
    if (node.operations == 0) continue;
    double const products = node.operations / 2 / static_cast<double>(node.pairs);
    sizes.push_back({.in_channels = std::llround(products / static_cast<double>(node.channels)),
                     .out_channels = node.channels,
                     .outputs = node.sites,
                     .pairs = node.pairs,
                     .rulebook_bytes = node.map_bytes});
  }
  return sizes;
}

/// sgemm of every layer's P x C_in x C_out.
inline std::vector<Gemm> yardsticks(std::vector<LayerSize> const& sizes, int threads) {
  std::vector<Gemm> gemms;
  for (LayerSize const& size : sizes) gemms.emplace_back(size.pairs, size.in_channels, size.out_channels, threads);
  return gemms;
}

}  // namespace benchmark_support

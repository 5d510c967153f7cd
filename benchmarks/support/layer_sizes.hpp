#pragma once

#include <cstdint>
#include <vector>

#include "sparseconv/sparseconv.hpp"
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

/// The sizes of a network's layers on a scan's sites, which keep the output sites and rulebooks.
inline std::vector<LayerSize> layer_sizes(sparseconv::CpuPolicy const& where,
                                          sparseconv::SecondEncoder<float> const& encoder,
                                          sparseconv::SiteSet<3> sites) {
  std::vector<LayerSize> sizes;
  for (auto const& layer : encoder.layers()) {
    auto const outputs = layer.convolution.output_sites(where, sites);
    auto const rules = layer.convolution.rulebook(where, sites, outputs);
    sizes.push_back({.in_channels = layer.convolution.in_channels(),
                     .out_channels = layer.convolution.out_channels(),
                     .outputs = outputs.size(),
                     .pairs = rules->pair_count(),
                     .rulebook_bytes = rules->bytes()});
    sites = outputs;
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

#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/layers/convolution.hpp"
#include "sparseconv/layers/convolution_config.hpp"
#include "sparseconv/layers/sparse_pool.hpp"
#include "sparseconv/policy/device_policy.hpp"

namespace sparseconv::inline v0_1 {

/// Seven stages of two submanifold convolutions of kernel 3 with max pooling between them, no bias and no norm: the network
/// by which spconv measures itself. Features are stored as T, weights as W; see Convolution.
///
/// Shapes: input N x in_channels; the result has 256 channels at a 64th of the input's resolution.
/// Source: the benchmark of spconv 2 (its test/benchmark.py): channels 64, 96, 128, 160, 192, 224, 256.
template <Element T, MemorySpace Memory = HostMemory, Element W = T>
class PooledEncoder {
 public:
  /// Throws: ShapeError if in_channels < 1.
  explicit PooledEncoder(std::int64_t in_channels, std::uint64_t seed = 0) requires(Memory::host_reads) {
    std::int64_t channels = in_channels;
    for (std::int64_t const width : {64, 96, 128, 160, 192, 224, 256}) {
      for (int layer = 0; layer < 2; ++layer) {
        layers_.emplace_back(SubmanifoldConvConfig<3>{
            .in_channels = channels, .out_channels = width, .seed = seed * 1000003 + layers_.size()});
        channels = width;
      }
    }
  }

  /// An encoder of such layers, two a stage. Throws: ShapeError if their number is odd or 0.
  explicit PooledEncoder(std::vector<Convolution<T, 3, Memory, W>> layers) : layers_(std::move(layers)) {
    if (layers_.empty() || layers_.size() % 2 != 0) {
      throw ShapeError({"PooledEncoder: ", layers_.size(), " layers; give two for each stage"});
    }
  }

  [[nodiscard]] std::vector<Convolution<T, 3, Memory, W>> const& layers() const { return layers_; }

  /// Learned numbers: the weights.
  [[nodiscard]] std::int64_t parameter_count() const {
    std::int64_t count = 0;
    for (auto const& layer : layers_) count += layer.parameter_count();
    return count;
  }

  /// Shapes: N x in_channels to M x 256.
  /// Order:  `seq` and `cpu` wait for the result; a device policy waits only for new sites, six times.
  /// Throws: ShapeError if the input's channels are not in_channels, or its grid has less than 64 cells along an axis.
  template <ExecutionPolicy Policy>
  [[nodiscard]] SparseTensor<T, 3, Memory> operator()(Policy const& where,
                                                      SparseTensor<T, 3, Memory> const& input) const {
    if (layers_.empty()) {
      throw ShapeError("PooledEncoder: the encoder was moved from and has no layers; use the one that it was moved to");
    }
    auto const through = [&](std::size_t i, SparseTensor<T, 3, Memory> const& features) {
      return named_in_errors("PooledEncoder", error_message({"layer ", i}), [&] {
        if (i == 0 || i % 2 != 0) return layers_[i](where, features);
        return layers_[i](where, pool_(where, features));
      });
    };
    SparseTensor<T, 3, Memory> features = through(0, input);
    for (std::size_t i = 1; i < layers_.size(); ++i) features = through(i, features);
    return features;
  }

 private:
  std::vector<Convolution<T, 3, Memory, W>> layers_;
  SparsePool3D pool_{SparsePoolConfig<3>{}};
};

/// The network in the memory of a device policy.
///
/// Order, Throws: as copy_to of a tensor.
template <DevicePolicy Policy, Element T, Element W>
PooledEncoder<T, typename Policy::Memory, W> copy_to(Policy const& where,
                                                     PooledEncoder<T, HostMemory, W> const& encoder) {
  std::vector<Convolution<T, 3, typename Policy::Memory, W>> layers;
  for (auto const& layer : encoder.layers()) layers.push_back(copy_to(where, layer));
  return PooledEncoder<T, typename Policy::Memory, W>(std::move(layers));
}

}  // namespace sparseconv::inline v0_1

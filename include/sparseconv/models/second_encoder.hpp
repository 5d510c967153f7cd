#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/layers/activate.hpp"
#include "sparseconv/layers/batch_norm.hpp"
#include "sparseconv/layers/sparse_conv.hpp"
#include "sparseconv/layers/submanifold_conv.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/tensor/folded_to_map.hpp"

namespace sparseconv::inline v0_1 {

/// One step of a network: convolution, batch norm and ReLU; or, without a norm, the convolution alone, which then does with
/// its bias and activation what the others did.
template <Element T, MemorySpace Memory = HostMemory, Element W = T>
struct EncoderLayer {
  std::string name;
  Convolution<T, 3, Memory, W> convolution;
  std::optional<BatchNorm<T, Memory>> norm;

  template <ExecutionPolicy Policy>
  [[nodiscard]] SparseTensor<T, 3, Memory> operator()(Policy const& where,
                                                      SparseTensor<T, 3, Memory> const& input) const {
    SparseTensor<T, 3, Memory> convolved = convolution(where, input);
    if (!norm) return convolved;
    return activate(where, (*norm)(where, convolved), relu);
  }
};

/// The middle extractor of SECOND: twelve sparse convolutions that take a voxel grid to an eighth of its resolution.
/// Features are stored as T, weights as W; see Convolution.
///
/// Shapes: input N x in_channels on a grid z, y, x of at least 25 x 1 x 1 cells (41 x 1600 x 1408 for KITTI); the result has 128
///         channels and for KITTI a grid of 2 x 200 x 176. folded_to_map() gives what the detection head takes.
/// Source: Yan, Mao, Li, Sensors 2018; OpenPCDet's VoxelBackBone8x. Batch norm epsilon 1e-3.
template <Element T, MemorySpace Memory = HostMemory, Element W = T>
class SecondEncoder {
 public:
  /// Throws: ShapeError if in_channels < 1.
  explicit SecondEncoder(std::int64_t in_channels, std::uint64_t seed = 0) requires(Memory::host_reads) {
    submanifold("conv_input", in_channels, 16, seed);
    submanifold("conv1", 16, 16, seed);
    strided("conv2.0", 16, 32, {.kernel_size = 3, .stride = 2, .padding = 1}, seed);
    submanifold("conv2.1", 32, 32, seed);
    submanifold("conv2.2", 32, 32, seed);
    strided("conv3.0", 32, 64, {.kernel_size = 3, .stride = 2, .padding = 1}, seed);
    submanifold("conv3.1", 64, 64, seed);
    submanifold("conv3.2", 64, 64, seed);
    strided("conv4.0", 64, 64, {.kernel_size = 3, .stride = 2, .padding = {0, 1, 1}}, seed);
    submanifold("conv4.1", 64, 64, seed);
    submanifold("conv4.2", 64, 64, seed);
    strided("conv_out", 64, 128, {.kernel_size = {3, 1, 1}, .stride = {2, 1, 1}}, seed);
  }

  /// An encoder of layers that follow one another. Throws: ShapeError if there is none.
  explicit SecondEncoder(std::vector<EncoderLayer<T, Memory, W>> layers) : layers_(std::move(layers)) {
    if (layers_.empty()) throw ShapeError("SecondEncoder: no layers; give the layers of an encoder");
  }

  [[nodiscard]] std::vector<EncoderLayer<T, Memory, W>>& layers() { return layers_; }
  [[nodiscard]] std::vector<EncoderLayer<T, Memory, W>> const& layers() const { return layers_; }

  /// Learned numbers: weights, and scale and shift of the batch norms that are not folded.
  [[nodiscard]] std::int64_t parameter_count() const {
    std::int64_t count = 0;
    for (auto const& layer : layers_) {
      count += layer.convolution.parameter_count() + (layer.norm ? layer.norm->parameter_count() : 0);
    }
    return count;
  }

  /// Puts every batch norm and ReLU into its convolution: the same function up to rounding, in one pass for each layer.
  /// Throws: CapacityError if a product does not fit W, see fold_batch_norm; the encoder is as it was then.
  void fold_batch_norms() requires(Memory::host_reads) {
    std::vector<EncoderLayer<T, Memory, W>> folded = layers_;
    for (auto& layer : folded) {
      if (!layer.norm) continue;
      named_in_errors("SecondEncoder", layer.name, [&] { fold_batch_norm(layer.convolution, *layer.norm); });
      layer.convolution.set_activation(relu);
      layer.norm.reset();
    }
    layers_ = std::move(folded);
  }

  /// Throws: ShapeError if the input's channels are not in_channels or its grid is too small, or layers() was emptied; the message
  ///         names the layer.
  template <ExecutionPolicy Policy>
  [[nodiscard]] SparseTensor<T, 3, Memory> operator()(Policy const& where,
                                                      SparseTensor<T, 3, Memory> const& input) const {
    if (layers_.empty()) throw ShapeError("SecondEncoder: the encoder has no layers any more; give it some");
    auto const through = [&](EncoderLayer<T, Memory, W> const& layer, SparseTensor<T, 3, Memory> const& features) {
      return named_in_errors("SecondEncoder", layer.name, [&] { return layer(where, features); });
    };
    SparseTensor<T, 3, Memory> features = through(layers_.front(), input);
    for (std::size_t i = 1; i < layers_.size(); ++i) features = through(layers_[i], features);
    return features;
  }

 private:
  void submanifold(char const* name, std::int64_t in_channels, std::int64_t out_channels, std::uint64_t seed) {
    add(name, SubmanifoldConvConfig<3>{.in_channels = in_channels, .out_channels = out_channels, .seed = next(seed)});
  }

  void strided(char const* name, std::int64_t in_channels, std::int64_t out_channels, SparseConvConfig<3> config,
               std::uint64_t seed) {
    config.in_channels = in_channels;
    config.out_channels = out_channels;
    config.seed = next(seed);
    add(name, config);
  }

  template <class Config>
  void add(char const* name, Config const& config) {
    layers_.push_back({name, Convolution<T, 3, HostMemory, W>(config), BatchNorm<T>(config.out_channels, 1e-3)});
  }

  // Every layer draws from a seed of its own.
  [[nodiscard]] std::uint64_t next(std::uint64_t seed) const { return seed * 1000003 + layers_.size(); }

  std::vector<EncoderLayer<T, Memory, W>> layers_;
};

/// The network in the memory of a device policy.
///
/// Order, Throws: as copy_to of a tensor.
template <DevicePolicy Policy, Element T, Element W>
SecondEncoder<T, typename Policy::Memory, W> copy_to(Policy const& where,
                                                     SecondEncoder<T, HostMemory, W> const& encoder) {
  using Memory = typename Policy::Memory;
  std::vector<EncoderLayer<T, Memory, W>> layers;
  for (EncoderLayer<T, HostMemory, W> const& layer : encoder.layers()) {
    std::optional<BatchNorm<T, Memory>> norm;
    if (layer.norm) norm.emplace(copy_to(where, *layer.norm));
    layers.push_back({layer.name, copy_to(where, layer.convolution), std::move(norm)});
  }
  return SecondEncoder<T, Memory, W>(std::move(layers));
}

}  // namespace sparseconv::inline v0_1

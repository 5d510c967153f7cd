#pragma once

#include <cstdint>
#include <string>

#include "sparseconv/layers/convolution.hpp"

namespace sparseconv {

/// What a SparseConv is made from; see KernelGeometry for the meaning of the axes' numbers.
template <int D>
struct SparseConvConfig {
  std::int64_t in_channels = 0;
  std::int64_t out_channels = 0;
  PerAxis<D> kernel_size = 3;
  PerAxis<D> stride = 1;
  PerAxis<D> padding = 0;
  PerAxis<D> dilation = 1;
  OutputDefinition definition = OutputDefinition::regular;
  bool bias = false;  ///< starts at 0
  Activation activation = no_activation;
  std::uint64_t seed = 0;  ///< of the weights, see he_uniform
};

/// Convolution whose outputs are active wherever the kernel reaches an active input (or as `definition` says).
///
/// Features are stored as T, weights and bias as W; see Convolution.
///
/// Throws: ShapeError if a channel count, kernel extent, stride or dilation is below 1, or a padding is negative.
/// Source: Graham, Engelcke, van der Maaten, CVPR 2018, section 3.
template <Element T, int D, Element W = T>
class SparseConv : public Convolution<T, D, HostMemory, W> {
 public:
  explicit SparseConv(SparseConvConfig<D> const& config)
      : Convolution<T, D, HostMemory, W>("SparseConv" + std::to_string(D) + "D", config.in_channels,
                                         config.out_channels,
                                         {.kernel_size = config.kernel_size,
                                          .stride = config.stride,
                                          .padding = config.padding,
                                          .dilation = config.dilation},
                                         config.definition, config.bias, config.activation, config.seed) {}
};

template <Element T, Element W = T>
using SparseConv1D = SparseConv<T, 1, W>;
template <Element T, Element W = T>
using SparseConv2D = SparseConv<T, 2, W>;
template <Element T, Element W = T>
using SparseConv3D = SparseConv<T, 3, W>;
template <Element T, Element W = T>
using SparseConv4D = SparseConv<T, 4, W>;

}  // namespace sparseconv

#pragma once

#include "sparseconv/layers/convolution.hpp"
#include "sparseconv/layers/convolution_config.hpp"

namespace sparseconv::inline v0_1 {

/// Convolution whose outputs are active wherever the kernel reaches an active input (or as `definition` says).
///
/// Features are stored as T, weights and bias as W; see Convolution.
///
/// Throws: ShapeError if a channel count, kernel extent, stride or dilation is below 1, or a padding is negative.
/// Source: Graham, Engelcke, van der Maaten, CVPR 2018, section 3.
template <Element T, int D, Element W = T>
class SparseConv : public Convolution<T, D, HostMemory, W> {
 public:
  explicit SparseConv(SparseConvConfig<D> const& config) : Convolution<T, D, HostMemory, W>(config) {}
};

/// In one dimension.
template <Element T, Element W = T>
using SparseConv1D = SparseConv<T, 1, W>;
/// In two dimensions: sites are y, x.
template <Element T, Element W = T>
using SparseConv2D = SparseConv<T, 2, W>;
/// In three dimensions: sites are z, y, x.
template <Element T, Element W = T>
using SparseConv3D = SparseConv<T, 3, W>;
/// In four dimensions, as of scans over time.
template <Element T, Element W = T>
using SparseConv4D = SparseConv<T, 4, W>;

}  // namespace sparseconv::inline v0_1

#pragma once

#include "sparseconv/layers/convolution.hpp"
#include "sparseconv/layers/convolution_config.hpp"

namespace sparseconv::inline v0_1 {

/// Convolves on the sites that are active already: an output is active where the kernel's centre covers an active input.
///
/// With its default padding the output has the input's own site set, by identity, so that layers after it find its rulebook.
/// Features are stored as T, weights and bias as W; see Convolution.
///
/// Throws: ShapeError if a channel count, kernel extent or dilation is below 1, a padding is negative, or the centre is outside
///         the kernel.
/// Source: Graham, Engelcke, van der Maaten, CVPR 2018, section 3.
template <Element T, int D, Element W = T>
class SubmanifoldConv : public Convolution<T, D, HostMemory, W> {
 public:
  explicit SubmanifoldConv(SubmanifoldConvConfig<D> const& config) : Convolution<T, D, HostMemory, W>(config) {}
};

/// In one dimension.
template <Element T, Element W = T>
using SubmanifoldConv1D = SubmanifoldConv<T, 1, W>;
/// In two dimensions: sites are y, x.
template <Element T, Element W = T>
using SubmanifoldConv2D = SubmanifoldConv<T, 2, W>;
/// In three dimensions: sites are z, y, x.
template <Element T, Element W = T>
using SubmanifoldConv3D = SubmanifoldConv<T, 3, W>;
/// In four dimensions, as of scans over time.
template <Element T, Element W = T>
using SubmanifoldConv4D = SubmanifoldConv<T, 4, W>;

}  // namespace sparseconv::inline v0_1

#pragma once

#include "sparseconv/layers/convolution.hpp"
#include "sparseconv/layers/convolution_config.hpp"

namespace sparseconv::inline v0_1 {

/// Convolution the other way round: element k takes input i to output i*stride - padding + k*dilation, so a stride
/// spreads sites apart. Outputs are active wherever an active input reaches, or on sites that the caller names.
///
/// The kernel is not flipped: with the same weights, their matrices transposed, it is the adjoint of the SparseConv of
/// the same numbers. It makes new sites; to come back to the sites that an earlier layer started from, use InverseConv,
/// or name them in the call. Features are stored as T, weights and bias as W; see Convolution.
///
/// Shapes: weights K x C_in x C_out, as of the other convolutions; extents (n - 1)*stride - 2*padding +
///         dilation*(kernel_size - 1) + 1 + output_padding.
/// Throws: ShapeError if a channel count, kernel extent, stride or dilation is below 1, a padding is negative, or the
///         output padding below neither stride nor dilation.
/// Source: Zeiler, Krishnan, Taylor, Fergus, CVPR 2010 (dense); Gwak, Choy, Savarese, ECCV 2020 (sites that are
///         reached).
template <Element T, int D, Element W = T>
class TransposedConv : public Convolution<T, D, HostMemory, W> {
 public:
  explicit TransposedConv(TransposedConvConfig<D> const& config) : Convolution<T, D, HostMemory, W>(config) {}
};

/// In one dimension.
template <Element T, Element W = T>
using TransposedConv1D = TransposedConv<T, 1, W>;
/// In two dimensions: sites are y, x.
template <Element T, Element W = T>
using TransposedConv2D = TransposedConv<T, 2, W>;
/// In three dimensions: sites are z, y, x.
template <Element T, Element W = T>
using TransposedConv3D = TransposedConv<T, 3, W>;
/// In four dimensions, as of scans over time.
template <Element T, Element W = T>
using TransposedConv4D = TransposedConv<T, 4, W>;

}  // namespace sparseconv::inline v0_1

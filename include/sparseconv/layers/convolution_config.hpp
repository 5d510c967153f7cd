#pragma once

#include <cstdint>
#include <optional>

#include "sparseconv/execute/activation.hpp"
#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/index/output_grid.hpp"
#include "sparseconv/layers/undone_layer.hpp"
#include "sparseconv/tensor/per_axis.hpp"

namespace sparseconv::inline v0_1 {

/// What a SparseConv is made from; see KernelGeometry for the meaning of the axes' numbers.
template <int D>
struct SparseConvConfig {
  std::int64_t in_channels = 0;   ///< numbers at each site of the input
  std::int64_t out_channels = 0;  ///< numbers at each site of the result
  PerAxis<D> kernel_size = 3;     ///< cells that the kernel has along each axis
  PerAxis<D> stride = 1;          ///< cells of the input from one output to the next
  PerAxis<D> padding = 0;         ///< empty cells before the first and behind the last one of an axis
  PerAxis<D> dilation = 1;        ///< cells from one kernel element to the next
  OutputDefinition definition = OutputDefinition::regular;  ///< which outputs are active
  bool bias = false;                                        ///< starts at 0
  Activation activation = no_activation;                    ///< what follows the sum
  std::uint64_t seed = 0;                                   ///< of the weights, see he_uniform
};

struct SamePadding {};

/// The padding that keeps the sites as they are: `.padding = sc::same_padding`.
inline constexpr SamePadding same_padding{};

/// The padding of a submanifold convolution: same_padding, or numbers that shift and crop.
template <int D>
class SubmanifoldPadding : public OptionalPerAxis<D> {
 public:
  using OptionalPerAxis<D>::OptionalPerAxis;
  constexpr SubmanifoldPadding(SamePadding = {}) {}  // NOLINT: meant to be converted to
};

/// What a SubmanifoldConv is made from; its stride is 1.
template <int D>
struct SubmanifoldConvConfig {
  std::int64_t in_channels = 0;                     ///< numbers at each site of the input
  std::int64_t out_channels = 0;                    ///< numbers at each site of the result
  PerAxis<D> kernel_size = 3;                       ///< cells that the kernel has along each axis
  SubmanifoldPadding<D> padding = {};               ///< same_padding keeps the sites; numbers shift them and crop
  PerAxis<D> dilation = 1;                          ///< cells from one kernel element to the next
  std::optional<PerAxis<D>> centre = std::nullopt;  ///< floor((kernel_size - 1) / 2) if not told
  bool bias = false;                                ///< starts at 0
  Activation activation = no_activation;            ///< what follows the sum
  std::uint64_t seed = 0;                           ///< of the weights, see he_uniform
};

/// What a TransposedConv is made from; see KernelGeometry for the meaning of the axes' numbers.
template <int D>
struct TransposedConvConfig {
  std::int64_t in_channels = 0;           ///< numbers at each site of the input
  std::int64_t out_channels = 0;          ///< numbers at each site of the result
  PerAxis<D> kernel_size = 3;             ///< cells that the kernel has along each axis
  PerAxis<D> stride = 1;                  ///< cells of the output from one input to the next
  PerAxis<D> padding = 0;                 ///< cells that a bounded grid of the outputs is shorter by on each side
  PerAxis<D> output_padding = 0;          ///< cells that a bounded grid of the outputs is longer by
  PerAxis<D> dilation = 1;                ///< cells from one kernel element to the next
  bool bias = false;                      ///< starts at 0
  Activation activation = no_activation;  ///< what follows the sum
  std::uint64_t seed = 0;                 ///< of the weights, see he_uniform
};

/// What an InverseConv is made from.
template <int D>
struct InverseConvConfig {
  std::int64_t in_channels = 0;           ///< numbers at each site of the input
  std::int64_t out_channels = 0;          ///< numbers at each site of the result
  UndoneLayer<D> undoes;                  ///< the earlier layer itself, or its geometry and definition; has to be told
  bool bias = false;                      ///< starts at 0
  Activation activation = no_activation;  ///< what follows the sum
  std::uint64_t seed = 0;                 ///< of the weights, see he_uniform
};

}  // namespace sparseconv::inline v0_1

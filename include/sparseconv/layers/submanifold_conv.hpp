#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>

#include "sparseconv/layers/convolution.hpp"

namespace sparseconv {

struct SamePadding {};

/// The padding that keeps the sites as they are: `.padding = sc::same_padding`.
inline constexpr SamePadding same_padding{};

/// The padding of a submanifold convolution: same_padding, or numbers that shift and crop.
template <int D>
class SubmanifoldPadding {
 public:
  constexpr SubmanifoldPadding(SamePadding = {}) {}  // NOLINT: meant to be converted to
  template <std::integral... Ints>
  requires(sizeof...(Ints) == 1 || sizeof...(Ints) == D) constexpr SubmanifoldPadding(Ints... each)
      : cells_(PerAxis<D>(each...)) {}                                      // NOLINT: likewise `.padding = {0, 1}`
  constexpr SubmanifoldPadding(PerAxis<D> const& cells) : cells_(cells) {}  // NOLINT

  /// The cells, or what makes the geometry keep its sites.
  [[nodiscard]] constexpr PerAxis<D> resolve(KernelGeometry<D> const& geometry) const {
    return cells_ ? *cells_ : geometry.same_padding();
  }

 private:
  std::optional<PerAxis<D>> cells_;
};

/// What a SubmanifoldConv is made from; its stride is 1.
template <int D>
struct SubmanifoldConvConfig {
  std::int64_t in_channels = 0;
  std::int64_t out_channels = 0;
  PerAxis<D> kernel_size = 3;
  SubmanifoldPadding<D> padding = {};
  PerAxis<D> dilation = 1;
  std::optional<PerAxis<D>> centre = std::nullopt;  ///< floor((kernel_size - 1) / 2) if not told
  bool bias = false;                                ///< starts at 0
  Activation activation = no_activation;
  std::uint64_t seed = 0;  ///< of the weights, see he_uniform
};

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
  explicit SubmanifoldConv(SubmanifoldConvConfig<D> const& config)
      : Convolution<T, D, HostMemory, W>(name(), config.in_channels, config.out_channels, geometry_of(config),
                                         OutputDefinition::submanifold, config.bias, config.activation, config.seed) {}

 private:
  static std::string name() { return "SubmanifoldConv" + std::to_string(D) + "D"; }

  static KernelGeometry<D> geometry_of(SubmanifoldConvConfig<D> const& config) {
    KernelGeometry<D> geometry{.kernel_size = config.kernel_size,
                               .stride = 1,
                               .padding = 0,
                               .dilation = config.dilation,
                               .centre = config.centre};
    check_geometry(geometry, name());  // before a product of its numbers is taken
    geometry.padding = config.padding.resolve(geometry);
    return geometry;
  }
};

template <Element T, Element W = T>
using SubmanifoldConv1D = SubmanifoldConv<T, 1, W>;
template <Element T, Element W = T>
using SubmanifoldConv2D = SubmanifoldConv<T, 2, W>;
template <Element T, Element W = T>
using SubmanifoldConv3D = SubmanifoldConv<T, 3, W>;
template <Element T, Element W = T>
using SubmanifoldConv4D = SubmanifoldConv<T, 4, W>;

}  // namespace sparseconv

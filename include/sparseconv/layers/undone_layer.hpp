#pragma once

#include <concepts>
#include <optional>

#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/index/output_grid.hpp"

namespace sparseconv::inline v0_1 {

/// Which earlier layer an InverseConv undoes: that layer itself (`.undoes = down`), or what makes its rulebook, which
/// is its geometry and how its outputs were defined.
template <int D>
struct UndoneLayer {
  KernelGeometry<D> geometry;
  std::optional<OutputDefinition> definition;  ///< none where the earlier layer was called onto given sites

  UndoneLayer(KernelGeometry<D> const& of_layer,  // NOLINT: meant to be converted to
              std::optional<OutputDefinition> definition_of_layer = OutputDefinition::regular)
      : geometry(of_layer), definition(definition_of_layer) {}

  /// A layer that has a geometry and a definition: any Convolution, or a SparsePool.
  template <class Layer>
  requires requires(Layer const& layer) {
    { layer.geometry() } -> std::convertible_to<KernelGeometry<D>>;
    { layer.definition() } -> std::same_as<OutputDefinition>;
  }
  UndoneLayer(Layer const& layer)  // NOLINT: likewise
      : UndoneLayer(layer.geometry(), layer.definition()) {}
};

}  // namespace sparseconv::inline v0_1

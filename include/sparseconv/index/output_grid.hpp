#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "sparseconv/error.hpp"
#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/tensor/grid.hpp"

namespace sparseconv::inline v0_1 {

/// Which outputs a convolution has.
enum class OutputDefinition {
  regular,      ///< every cell of the output grid that at least one pair reaches
  submanifold,  ///< the cells where the kernel's centre covers an active input site; stride 1
  floor         ///< floor(c / stride) of every input site, as MinkowskiEngine defines strided outputs
};

/// Whether the outputs are the input's own sites: submanifold with same padding, where the stride is 1.
template <int D>
constexpr bool keeps_sites(KernelGeometry<D> const& geometry, OutputDefinition definition) {
  return definition == OutputDefinition::submanifold && !geometry.transposed &&
         geometry.padding == geometry.same_padding();
}

/// The grid of the outputs. An unbounded grid stays unbounded.
///
/// Shapes: regular, submanifold: floor((n + 2*padding - dilation*(kernel_size - 1) - 1) / stride) + 1 along each axis;
///         submanifold with same_padding(): n; floor: ceil(n / stride).
///         Transposed: (n - 1)*stride - 2*padding + dilation*(kernel_size - 1) + 1 + output_padding.
/// Throws: ShapeError if the geometry is not valid, an extent vanishes, a submanifold stride is not 1, or a transposed geometry
///         has another definition than regular;
///         CapacityError if an extent exceeds 2^31 - 1.
template <int D>
Grid<D> output_grid(Grid<D> const& input, KernelGeometry<D> const& geometry, OutputDefinition definition,
                    std::string_view call) {
  check_geometry(geometry, call);
  bool const submanifold = definition == OutputDefinition::submanifold;
  if (submanifold && geometry.stride != PerAxis<D>(1)) {
    throw ShapeError({call, ": a submanifold convolution has stride 1, not ", to_string(geometry.stride),
                      "; use the regular or floor definition"});
  }
  if (geometry.transposed && definition != OutputDefinition::regular) {
    throw ShapeError(
        {call, ": a transposed convolution has the regular definition alone; give it, or the sites themselves"});
  }
  if (!input.shape.bounded() || keeps_sites(geometry, definition)) return input;

  PerAxis<D> extents = 1;
  for (int axis = 0; axis < D; ++axis) {
    std::int64_t const n = input.shape[axis];
    std::int64_t const span = std::int64_t{geometry.kernel_size[axis] - 1} * geometry.dilation[axis] + 1;
    if (geometry.transposed) {
      std::int64_t const extent = (n - 1) * geometry.stride[axis] - 2 * std::int64_t{geometry.padding[axis]} + span +
                                  geometry.output_padding[axis];
      auto const said = [&](char const* cure) {
        return error_message({call, ": a transposed convolution of ", n, " cells along axis ", axis, " would have ",
                              extent, "; an extent is 1 to 2^31 - 1, so use ", cure});
      };
      if (extent < 1) throw ShapeError(said("less padding"));
      if (extent > std::numeric_limits<std::int32_t>::max()) throw CapacityError(said("a smaller stride"));
      extents[axis] = static_cast<std::int32_t>(extent);
      continue;
    }
    std::int64_t const room =
        definition == OutputDefinition::floor ? n - 1 : n + 2 * std::int64_t{geometry.padding[axis]} - span;
    if (room < 0) {
      throw ShapeError({call, ": no output is left along axis ", axis, ": the kernel spans ", span,
                        " cells, the grid with its padding ", n + 2 * std::int64_t{geometry.padding[axis]},
                        "; use a smaller kernel or dilation, or more padding"});
    }
    std::int64_t const extent = room / geometry.stride[axis] + 1;
    if (extent > std::numeric_limits<std::int32_t>::max()) {
      throw CapacityError({call, ": an output extent of ", extent, " along axis ", axis,
                           "; coordinates are 32 bits wide, so use less padding"});
    }
    extents[axis] = static_cast<std::int32_t>(extent);
  }
  return {.shape = extents, .batch_size = input.batch_size};
}

}  // namespace sparseconv::inline v0_1

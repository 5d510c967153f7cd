#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/index/output_grid.hpp"
#include "sparseconv/tensor/coordinate.hpp"

namespace sparseconv::inline v0_1 {

/// Where the centres of the cells of one grid lie among the cells of another, for example those of a layer's outputs among its inputs:
/// at scale * cell + shift along each axis. By default the two grids are one.
///
/// Units: cells of the other grid, whose centres are the whole numbers; axes in the tensor's order (z, y, x).
template <int D>
struct CellCentres {
  using Position = std::array<double, static_cast<std::size_t>(D)>;

  Position scale = filled(1);
  Position shift = filled(0);

  /// The centre of a cell.
  [[nodiscard]] constexpr Position operator()(Coordinate<D> const& cell) const {
    Position position{};
    for (std::size_t axis = 0; axis < position.size(); ++axis) position[axis] = cell.position[axis];
    return (*this)(position);
  }

  /// The same of any position among the cells.
  [[nodiscard]] constexpr Position operator()(Position const& position) const {
    Position there{};
    for (std::size_t axis = 0; axis < there.size(); ++axis) there[axis] = scale[axis] * position[axis] + shift[axis];
    return there;
  }

  /// The cells of a further grid, whose centres lie among the cells of this one: those of the second of two layers.
  [[nodiscard]] constexpr CellCentres then(CellCentres const& next) const {
    CellCentres both;
    both.shift = (*this)(next.shift);
    for (std::size_t axis = 0; axis < both.scale.size(); ++axis) both.scale[axis] = scale[axis] * next.scale[axis];
    return both;
  }

  /// The other grid's cells among those of this one.
  [[nodiscard]] constexpr CellCentres inverse() const {
    CellCentres back;
    for (std::size_t axis = 0; axis < back.scale.size(); ++axis) {
      back.scale[axis] = 1 / scale[axis];
      back.shift[axis] = -shift[axis] / scale[axis];
    }
    return back;
  }

  friend constexpr bool operator==(CellCentres const& a, CellCentres const& b) {
    return same_numbers(a.scale, b.scale) && same_numbers(a.shift, b.shift);
  }

 private:
  static constexpr Position filled(double number) {
    Position all{};
    for (double& each : all) each = number;
    return all;
  }
};

/// Where the centres of outputs lie among the inputs of a convolution or pooling: in the middle of what the kernel covers, o*stride -
/// padding + (kernel_size - 1)*dilation/2. Of the submanifold definition, at the element that an output is named after, its centre: so
/// outputs on the input's own sites lie where these lie, for even kernels too.
///
/// Throws: as check_geometry.
template <int D>
[[nodiscard]] CellCentres<D> cell_centres(KernelGeometry<D> const& geometry,
                                          OutputDefinition definition = OutputDefinition::regular) {
  check_geometry(geometry, "cell_centres");
  CellCentres<D> centres;
  for (int axis = 0; axis < D; ++axis) {
    double const middle = definition == OutputDefinition::submanifold
                              ? static_cast<double>(geometry.centre_position()[axis])
                              : (static_cast<double>(geometry.kernel_size[axis]) - 1) / 2;
    auto const a = static_cast<std::size_t>(axis);
    centres.scale[a] = geometry.stride[axis];
    centres.shift[a] = middle * geometry.dilation[axis] - geometry.padding[axis];
  }
  return geometry.transposed ? centres.inverse() : centres;
}

/// The same of a layer that has a geometry and a definition: a SparseConv, SubmanifoldConv, TransposedConv or SparsePool. An InverseConv
/// leads back to the sites of an earlier tensor, whose centres are known; between these two, take `.inverse()` of the layer that it
/// undoes.
template <class Layer>
requires requires(Layer const& layer) {
  layer.geometry();
  layer.definition();
}
[[nodiscard]] auto cell_centres(Layer const& layer) {
  return cell_centres(layer.geometry(), layer.definition());
}

}  // namespace sparseconv::inline v0_1

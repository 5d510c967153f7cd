#pragma once

#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/index/cell_centres.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/arithmetic.hpp"
#include "sparseconv/points/voxel_grid.hpp"

namespace sparseconv::inline v0_1 {

// Positions of points among the cells of some sites: functions of a point's number, or of its x, y, z, that give where it lies along
// the tensor's axes, with whole numbers at the centres of cells.

/// Throws: ShapeError if along an axis the cells have no size or place.
template <int D>
void check_centres(CellCentres<D> const& centres, std::string_view call) {
  for (std::size_t axis = 0; axis < static_cast<std::size_t>(D); ++axis) {
    if (centres.scale[axis] > 0 && std::isfinite(centres.scale[axis]) && std::isfinite(centres.shift[axis])) continue;
    throw ShapeError({call, ": along axis ", axis, " the centres have scale ", centres.scale[axis], " and shift ",
                      centres.shift[axis], "; a scale is above 0 and both are finite, as cell_centres gives them"});
  }
}

/// Of points that lie among cells as positions do: the first D columns, slowest axis first.
template <int D, class T, MemorySpace Memory>
struct CellPositions {
  MatrixView<T const, Memory> points;
  CellCentres<D> centres;

  SPARSECONV_HOST_DEVICE std::array<double, static_cast<std::size_t>(D)> operator()(std::int64_t point) const {
    T const* const from = points.row_data(point);
    std::array<double, static_cast<std::size_t>(D)> position{};
    SPARSECONV_UNROLL
    for (std::size_t axis = 0; axis < static_cast<std::size_t>(D); ++axis) {
      position[axis] = (static_cast<double>(from[axis]) - centres.shift[axis]) / centres.scale[axis];
    }
    return position;
  }
};

/// From a point's x, y, z, relative to an offset, to its position among the cells of sites that lie among the voxels of a grid.
///
/// Units: (p - (low - offset)) / voxel_size - 1/2, in double, is the position among voxels. voxelize computes the voxel in float: a
///        point that lies in another voxel there is put onto the face between the two, so that one that is nearest to a voxel's centre
///        is a point of that voxel.
class VoxelPosition {
 public:
  /// Throws: as VoxelFinder.
  VoxelPosition(VoxelGrid const& grid, std::array<double, 3> const& offset, CellCentres<3> const& centres)
      : voxel_size_(grid.voxel_size), centres_(centres) {
    static_cast<void>(VoxelFinder(grid, offset));  // for its checks
    for (std::size_t axis = 0; axis < 3; ++axis) {
      low_[axis] = grid.low[axis] - offset[axis];
      low_in_float_[axis] = static_cast<float>(low_[axis]);
    }
  }

  [[nodiscard]] SPARSECONV_HOST_DEVICE std::array<double, 3> operator()(float const* xyz) const {
    std::array<double, 3> position{};
    SPARSECONV_UNROLL
    for (std::size_t axis = 0; axis < 3; ++axis) {
      std::size_t const there = 2 - axis;
      position[there] = (among_voxels(xyz[axis], axis) - 0.5 - centres_.shift[there]) / centres_.scale[there];
    }
    return position;
  }

 private:
  // In voxels from the grid's corner.
  [[nodiscard]] SPARSECONV_HOST_DEVICE double among_voxels(float number, std::size_t axis) const {
    double const position = (static_cast<double>(number) - low_[axis]) / static_cast<double>(voxel_size_[axis]);
    float const in_float = (number - low_in_float_[axis]) / voxel_size_[axis];
    if (!(in_float >= 0 && in_float < 2147483648.0F)) return position;
    auto const first = static_cast<double>(static_cast<std::int64_t>(in_float));
    // The number before the upper face, which is the next voxel's.
    double const last = rounded_product(first + 1, 0x1.fffffffffffffp-1);
    if (position < first) return first;
    return position > last ? last : position;
  }

  std::array<double, 3> low_{};
  std::array<float, 3> low_in_float_{};
  std::array<float, 3> voxel_size_;
  CellCentres<3> centres_;
};

}  // namespace sparseconv::inline v0_1

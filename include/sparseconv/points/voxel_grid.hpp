#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/tensor/coordinate.hpp"
#include "sparseconv/tensor/grid.hpp"

namespace sparseconv::inline v0_1 {

/// How space is cut into voxels. Order of the arrays: x, y, z, as points have it; the tensor's axes are z, y, x.
///
/// Units: metres, or whatever the points are in.
struct VoxelGrid {
  std::array<float, 3> voxel_size;  ///< extents of a voxel, above 0
  std::array<double, 3> low;        ///< the corner of voxel (0, 0, 0); in double, for grids far from 0
  std::array<double, 3>
      high;  ///< the opposite corner; (high - low) / voxel_size is rounded to a whole number, so that the
             ///< last voxel may end up to half a voxel before or behind it
  std::int32_t extra_slices = 0;  ///< empty z slices on top: SECOND's encoder takes one
};

/// The extents z, y, x of a voxel grid, with its extra slices.
/// Throws: ShapeError if a size is not positive, a range is empty or not finite, or an extent exceeds 2^31 - 1.
inline Shape<3> voxel_shape(VoxelGrid const& grid) {
  if (grid.extra_slices < 0) {
    throw ShapeError({"voxelize: extra_slices is ", grid.extra_slices, "; it cannot be negative"});
  }
  std::array<std::int32_t, 3> extents{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    double const extent = std::round((grid.high[axis] - grid.low[axis]) / static_cast<double>(grid.voxel_size[axis]));
    std::int32_t const extra = axis == 2 ? grid.extra_slices : 0;
    if (!(grid.voxel_size[axis] > 0) || !(extent >= 1) || !(extent + extra <= 2147483647.0)) {
      throw ShapeError({"voxelize: along ", "xyz"[axis], " the range ", grid.low[axis], " to ", grid.high[axis],
                        " in voxels of ", grid.voxel_size[axis],
                        " is not 1 to 2^31 - 1 voxels long; correct the range or the voxel size"});
    }
    extents[2 - axis] = static_cast<std::int32_t>(extent);
  }
  return {extents[0] + grid.extra_slices, extents[1], extents[2]};
}

/// What becomes of a point.
enum class PointFate : std::uint8_t { kept, not_finite, out_of_range };

/// A point's voxel, if it is kept.
struct VoxelOfPoint {
  PointFate fate = PointFate::kept;
  Coordinate<3> voxel{};
};

/// Finds the voxels of points: floor((p - low) / voxel_size) in float32, on every policy. The p are relative to an offset, and low
/// is taken relative to it in double before it is rounded to float.
class VoxelFinder {
 public:
  /// Throws: what voxel_shape throws; ShapeError if low is not a finite float when it is relative to the offset.
  explicit VoxelFinder(VoxelGrid const& grid, std::array<double, 3> const& offset = {}, std::int32_t batch_item = 0)
      : voxel_size_(grid.voxel_size), batch_item_(batch_item) {
    Shape<3> const shape = voxel_shape(grid);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      double const low = grid.low[axis] - offset[axis];
      if (!(std::fabs(low) <= static_cast<double>(std::numeric_limits<float>::max()))) {
        throw ShapeError({"voxelize: along ", "xyz"[axis], " the grid begins at ", grid.low[axis],
                          ", the points' offset is ", offset[axis], "; correct the one that is wrong"});
      }
      low_[axis] = static_cast<float>(low);
    }
    end_ = {static_cast<double>(shape[2]), static_cast<double>(shape[1]),
            static_cast<double>(shape[0] - grid.extra_slices)};
  }

  /// Of a point whose x, y and z, relative to the offset, are at `position`.
  [[nodiscard]] SPARSECONV_HOST_DEVICE VoxelOfPoint operator()(float const* position) const {
    VoxelOfPoint found{PointFate::kept, {batch_item_, {}}};
    SPARSECONV_UNROLL
    for (std::size_t axis = 0; axis < 3; ++axis) {
      float const cell = (position[axis] - low_[axis]) / voxel_size_[axis];
      bool const inside = cell >= 0 && static_cast<double>(cell) < end_[axis];  // as its floor, for the end is whole
      if (!std::isfinite(position[axis])) {
        found.fate = PointFate::not_finite;
      } else if (!inside && found.fate == PointFate::kept) {
        found.fate = PointFate::out_of_range;
      }
      found.voxel.position[2 - axis] =
          inside ? static_cast<std::int32_t>(cell) : 0;  // the floor, of what is not below 0
    }
    return found;
  }

  /// The batch item that the voxels lie in.
  [[nodiscard]] std::int32_t batch_item() const { return batch_item_; }

 private:
  std::array<float, 3> low_{};
  std::array<float, 3> voxel_size_;
  std::int32_t batch_item_;
  // Points end where the range does, extra slices stay empty. In double, for a float does not hold every extent.
  std::array<double, 3> end_;
};

}  // namespace sparseconv::inline v0_1

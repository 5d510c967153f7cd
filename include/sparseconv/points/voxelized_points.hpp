#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "sparseconv/error.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// Bounds that a real-time system may need. What they drop is counted, see DroppedPoints.
struct VoxelLimits {
  std::int64_t points_per_voxel = std::numeric_limits<std::int64_t>::max();  ///< the first in the caller's order stay
  std::int64_t voxels = std::numeric_limits<std::int64_t>::max();            ///< those that points reach first stay
};

/// How many points were dropped, by the first reason that applies.
struct DroppedPoints {
  std::int64_t not_finite = 0;             ///< x, y or z is not a finite number
  std::int64_t out_of_range = 0;           ///< outside the grid
  std::int64_t over_voxels = 0;            ///< VoxelLimits::voxels
  std::int64_t over_points_per_voxel = 0;  ///< VoxelLimits::points_per_voxel

  [[nodiscard]] constexpr std::int64_t total() const {
    return not_finite + out_of_range + over_voxels + over_points_per_voxel;
  }
};

/// Points as a tensor, and what became of every one.
///
/// Shapes: tensor N voxels x columns of the points, the mean of the voxel's points; row_of_point one row of the tensor for each
///         point, no_row for a point that was dropped.
/// Units:  means of x, y and z are relative to `offset`, which is that of the points: metres are offset + mean, in double.
template <MemorySpace Memory = HostMemory>
struct VoxelizedPoints {
  SparseTensor<float, 3, Memory> tensor;  ///< a site for each voxel that has points, z, y, x
  Buffer<Row, Memory> row_of_point;       ///< in the order of the points
  DroppedPoints dropped = {};             ///< how many points have no part in the voxels
  std::array<double, 3> offset = {};      ///< what the means of x, y and z are relative to
};

/// What became of points, in one line for a log; `kept` says where those are that were not dropped. What was dropped is said by
/// reason; where it is most of them because they lie outside the grid, so that somebody mistook the grid, what to look at.
inline std::string describe_points(std::int64_t points, std::string_view kept, DroppedPoints const& dropped) {
  std::string text = error_message({points, points == 1 ? " point: " : " points: ", points - dropped.total(), " ", kept,
                                    ", ", dropped.out_of_range, " dropped out of range"});
  auto const add = [&](std::int64_t count, std::string_view reason) {
    if (count > 0) text += error_message({", ", count, " dropped ", reason});
  };
  add(dropped.not_finite, "because not finite");
  add(dropped.over_points_per_voxel, "over the limit of points a voxel");
  add(dropped.over_voxels, "over the limit of voxels");
  if (2 * dropped.out_of_range > points) {
    text +=
        "; most points lie outside the grid: look at its low, high and voxel_size, which are x, y, z in the unit of "
        "the points";
  }
  return text;
}

/// The same of what voxelize returned.
template <MemorySpace Memory>
std::string to_string(VoxelizedPoints<Memory> const& voxels) {
  std::int64_t const count = voxels.tensor.size();
  return describe_points(voxels.row_of_point.size(), error_message({"in ", count, count == 1 ? " voxel" : " voxels"}),
                         voxels.dropped);
}

/// Throws: ShapeError if a limit is below 1. `call` begins the message.
inline void check_limits(VoxelLimits const& limits, std::string_view call) {
  if (limits.points_per_voxel >= 1 && limits.voxels >= 1) return;
  throw ShapeError({call, ": limits of ", limits.points_per_voxel, " points a voxel and ", limits.voxels,
                    " voxels; both must be at least 1"});
}

/// Throws: ShapeError if a limit is below 1 or there are fewer than 3 columns; CapacityError for 2^31 points or more.
inline void check_voxelize(std::int64_t points, std::int64_t columns, VoxelLimits const& limits,
                           std::string_view call = "voxelize") {
  check_limits(limits, call);
  if (columns < 3) {
    throw ShapeError({call, ": the cloud has ", columns, " columns; it needs x, y and z at least"});
  }
  if (points > std::numeric_limits<Row>::max()) {
    throw CapacityError({call, ": ", points, " points; rows are numbered up to 2^31 - 1, so split the cloud"});
  }
}

}  // namespace sparseconv::inline v0_1

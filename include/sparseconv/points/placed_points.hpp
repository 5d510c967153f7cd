#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "sparseconv/config.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/points/point_reader.hpp"
#include "sparseconv/points/strided_points.hpp"
#include "sparseconv/points/voxelize.hpp"
#include "sparseconv/points/voxelized_points.hpp"

namespace sparseconv::inline v0_1 {

/// The points of one batch item, and where they lie: `positions` is a function of a point's number.
template <class Positions>
struct PlacedPoints {
  Positions positions;
  std::int64_t count = 0;
  std::int32_t batch_item = 0;
};

/// A function of x, y, z for the points of a matrix: where they lie, or which voxel they are in.
template <class OfPosition, MemorySpace Memory>
struct OfMatrixPoints {
  MatrixView<float const, Memory> points;
  OfPosition of_position;

  SPARSECONV_HOST_DEVICE auto operator()(std::int64_t point) const { return of_position(points.row_data(point)); }
};

/// The same of points that lie in memory in any arrangement.
template <class OfPosition>
struct OfStridedPoints {
  PointReader reader;
  OfPosition of_position;

  auto operator()(std::int64_t point) const { return of_position(reader.position(point).data()); }
};

/// What columns 0, 1 and 2 of a cloud are relative to.
template <ViewedPoints Cloud>
[[nodiscard]] std::array<double, 3> offset_of(Cloud const& cloud) {
  if constexpr (requires { cloud.offset; }) {
    return cloud.offset;
  } else {
    return {};
  }
}
/// The same of points that lie in memory in any arrangement.
[[nodiscard]] inline std::array<double, 3> offset_of(StridedPoints const& points) {
  return points.offset;
}

/// The points of a matrix as points of a batch item.
///
/// Throws: ShapeError if there are fewer than 3 columns or the view is of nothing; CapacityError for 2^31 points or more. `call` begins
///         the message.
template <class OfPosition, class T, MemorySpace Memory>
[[nodiscard]] PlacedPoints<OfMatrixPoints<OfPosition, Memory>> placed_points(MatrixView<T, Memory> points,
                                                                             OfPosition const& of_position,
                                                                             std::int32_t batch_item,
                                                                             std::string_view call) {
  check_voxelize(points.rows, points.columns, {}, call);
  check_view(points, "the points'", call);
  return {{points, of_position}, points.rows, batch_item};
}

/// Those of a cloud. Throws: also what its view() throws.
template <class OfPosition, ViewedPoints Cloud>
[[nodiscard]] auto placed_points(Cloud const& cloud, OfPosition const& of_position, std::int32_t batch_item,
                                 std::string_view call) {
  return placed_points(cloud.view(), of_position, batch_item, call);
}

/// Those that lie in memory in any arrangement. Throws: also ShapeError if they are not as check_points wants them.
template <class OfPosition>
[[nodiscard]] PlacedPoints<OfStridedPoints<OfPosition>> placed_points(StridedPoints const& points,
                                                                      OfPosition const& of_position,
                                                                      std::int32_t batch_item, std::string_view call) {
  check_points(points, call);
  check_voxelize(points.size(), points.columns(), {}, call);
  return {{PointReader(points), of_position}, points.size(), batch_item};
}

}  // namespace sparseconv::inline v0_1

#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

#include "sparseconv/number/little_endian.hpp"
#include "sparseconv/number/scalar_loader.hpp"
#include "sparseconv/number/scalar_type.hpp"
#include "sparseconv/points/point_cloud.hpp"
#include "sparseconv/points/strided_points.hpp"
#include "sparseconv/points/voxel_grid.hpp"

namespace sparseconv::inline v0_1 {

/// Reads points where they lie. The points must have passed check_points and outlive the reader.
class PointReader {
 public:
  explicit PointReader(StridedPoints const& points)
      : points_(points), row_step_(points.row_step), is_big_endian_(points.byte_order == std::endian::big) {
    if (points.size() == 0) return;  // then nothing bounds the steps
    std::int64_t const without_gaps = points.width * points.point_step;
    if (row_step_ == 0) row_step_ = without_gaps;
    has_gaps_ = row_step_ != without_gaps;
  }

  [[nodiscard]] std::int64_t size() const { return points_.size(); }
  [[nodiscard]] std::int64_t columns() const { return points_.columns(); }

  /// A number of a point, as a float.
  [[nodiscard]] float number(std::int64_t point, std::int64_t column) const {
    return number_at(begin_of(point), static_cast<std::size_t>(column));
  }

  /// Columns 0, 1 and 2 of a point.
  [[nodiscard]] std::array<float, 3> position(std::int64_t point) const {
    std::byte const* const begin = begin_of(point);
    return {number_at(begin, 0), number_at(begin, 1), number_at(begin, 2)};
  }

  /// The voxel of a point.
  [[nodiscard]] VoxelOfPoint voxel(std::int64_t point, VoxelFinder const& finder) const {
    return finder(position(point).data());
  }

  /// Where a point begins.
  [[nodiscard]] std::byte const* begin_of(std::int64_t point) const {
    if (!has_gaps_) return points_.bytes.data() + point * points_.point_step;
    std::int64_t const row = point / points_.width;
    return points_.bytes.data() + row * row_step_ + (point - row * points_.width) * points_.point_step;
  }

 private:
  // What makes a double beyond float's range infinite, where the language alone leaves it undefined.
  static_assert(std::numeric_limits<float>::is_iec559,
                "sparseconv reads doubles as float only where float is IEEE 754");

  [[nodiscard]] float number_at(std::byte const* begin, std::size_t column) const {
    PointField const& field = points_.fields[column];
    double const offset = column < 3 ? points_.offset[column] : 0;
    if (field.type == ScalarType::float32 && offset == 0 && !is_big_endian_) {  // what nearly all points have
      return load_little_endian<float>(begin + field.byte);
    }
    return with_loader(field.type, is_big_endian_, [&](auto load) {
      auto const number = load(begin + field.byte);
      return column < 3 ? static_cast<float>(static_cast<double>(number) - offset) : static_cast<float>(number);
    });
  }

  StridedPoints const& points_;
  std::int64_t row_step_;
  bool has_gaps_ = false;
  bool is_big_endian_;
};

/// A copy of points as a cloud of float, with their names and offset.
///
/// Throws: ShapeError if the points are not as check_points wants them; std::bad_alloc.
[[nodiscard]] inline PointCloud point_cloud_of(StridedPoints const& points) {
  check_points(points, "point_cloud_of");
  PointCloud cloud{.columns = points.columns(), .offset = points.offset};
  for (PointField const& field : points.fields) cloud.names.push_back(field.name);
  if (std::ranges::all_of(cloud.names, &std::string::empty)) cloud.names.clear();
  PointReader const reader(points);
  cloud.values.reserve(static_cast<std::size_t>(reader.size()) * points.fields.size());
  for (std::int64_t point = 0; point < reader.size(); ++point) {
    for (std::int64_t column = 0; column < reader.columns(); ++column) {
      cloud.values.push_back(reader.number(point, column));
    }
  }
  return cloud;
}

}  // namespace sparseconv::inline v0_1

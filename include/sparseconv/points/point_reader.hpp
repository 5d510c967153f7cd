#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>

#include "sparseconv/number/bfloat16.hpp"
#include "sparseconv/number/half.hpp"
#include "sparseconv/number/scalar_type.hpp"
#include "sparseconv/points/point_cloud.hpp"
#include "sparseconv/points/strided_points.hpp"
#include "sparseconv/points/voxel_grid.hpp"

namespace sparseconv::inline v0_1 {

/// A number of type T that lies anywhere, in the host's byte order or the other.
template <class T>
[[nodiscard]] T load_number(std::byte const* at, bool reversed) {
  std::array<std::byte, sizeof(T)> bytes;
  std::memcpy(bytes.data(), at, sizeof(T));  // on the host
  if (reversed) std::reverse(bytes.begin(), bytes.end());
  return std::bit_cast<T>(bytes);
}

/// Calls `visit` with the number that lies there (half and bfloat16 as a float).
template <class Visitor>
decltype(auto) with_number(ScalarType type, std::byte const* at, bool reversed, Visitor const& visit) {
  switch (type) {
    case ScalarType::int8:
      return visit(load_number<std::int8_t>(at, false));
    case ScalarType::uint8:
      return visit(load_number<std::uint8_t>(at, false));
    case ScalarType::int16:
      return visit(load_number<std::int16_t>(at, reversed));
    case ScalarType::uint16:
      return visit(load_number<std::uint16_t>(at, reversed));
    case ScalarType::int32:
      return visit(load_number<std::int32_t>(at, reversed));
    case ScalarType::uint32:
      return visit(load_number<std::uint32_t>(at, reversed));
    case ScalarType::int64:
      return visit(load_number<std::int64_t>(at, reversed));
    case ScalarType::uint64:
      return visit(load_number<std::uint64_t>(at, reversed));
    case ScalarType::float16:
      return visit(static_cast<float>(half::from_bits(load_number<std::uint16_t>(at, reversed))));
    case ScalarType::bf16:
      return visit(static_cast<float>(bfloat16::from_bits(load_number<std::uint16_t>(at, reversed))));
    case ScalarType::float32:
      return visit(load_number<float>(at, reversed));
    case ScalarType::float64:
      break;
  }
  return visit(load_number<double>(at, reversed));
}

/// Reads points where they lie. The points must have passed check_points and outlive the reader.
class PointReader {
 public:
  explicit PointReader(StridedPoints const& points)
      : points_(points), row_step_(points.row_step), reversed_(points.byte_order != std::endian::native) {
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

  /// The voxel of a point.
  [[nodiscard]] VoxelOfPoint voxel(std::int64_t point, VoxelFinder const& finder) const {
    std::byte const* const begin = begin_of(point);
    std::array<float, 3> const position{number_at(begin, 0), number_at(begin, 1), number_at(begin, 2)};
    return finder(position.data());
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
    if (field.type == ScalarType::float32 && offset == 0 && !reversed_) {  // what nearly all points have
      return load_number<float>(begin + field.byte, false);
    }
    return with_number(field.type, begin + field.byte, reversed_, [&](auto number) {
      return column < 3 ? static_cast<float>(static_cast<double>(number) - offset) : static_cast<float>(number);
    });
  }

  StridedPoints const& points_;
  std::int64_t row_step_;
  bool has_gaps_ = false;
  bool reversed_;
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

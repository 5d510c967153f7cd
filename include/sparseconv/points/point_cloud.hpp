#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/memory/matrix_view.hpp"

namespace sparseconv::inline v0_1 {

/// The rows of `columns` numbers that `values` numbers make.
///
/// Throws:  ShapeError if a number is left over, or there are numbers and no columns. `call` begins the message.
[[nodiscard]] inline std::int64_t rows_of_cloud(std::int64_t values, std::int64_t columns, std::string_view call) {
  if (values == 0) return 0;
  if (columns <= 0)
    throw ShapeError({call, ": the cloud has ", values, " numbers in ", columns,
                      " columns; set `columns` to how many numbers a point has"});
  if (values % columns != 0)
    throw ShapeError({call, ": the cloud's ", values, " numbers do not make rows of ", columns, " columns, ",
                      values % columns, " left over; correct `columns`, or give every point all its numbers"});
  return values / columns;
}

/// Points as a scanner or a file gives them: one row a point, before voxelization.
///
/// Shapes: values size() x columns, row-major; columns 0, 1 and 2 are x, y and z. `names` is empty, or has one name a column.
/// Units:  those of the file; nothing is scaled. A point lies at `offset` + its x, y, z, in double: so points far from 0, as
///         surveyors have them, keep their digits in float.
/// Order:  that of the file, repeated points and NaN included; voxelization is what drops and counts them.
struct PointCloud {
  std::int64_t columns = 3;             ///< numbers of a point; x, y and z are the first three
  std::vector<float> values = {};       ///< point by point
  std::vector<std::string> names = {};  ///< of the columns, or none
  std::array<double, 3> offset = {};    ///< x, y, z of the place that the values are relative to

  /// The number of points.
  ///
  /// Throws:  ShapeError if the values do not make whole points, so that none is lost unnoticed.
  [[nodiscard]] std::int64_t size() const { return rows_of_values("PointCloud::size"); }

  /// Whether there are no values.
  [[nodiscard]] bool empty() const noexcept { return values.empty(); }

  /// The values as a matrix, for callers that also have points from elsewhere. It lives no longer than the cloud, so a temporary has
  /// none, and does not compile.
  ///
  /// Throws:  what size() throws.
  [[nodiscard]] MatrixView<float const> view() const& {
    return {values.data(), rows_of_values("PointCloud::view"), columns};
  }
  template <class Self = PointCloud>
  MatrixView<float const> view() const&& {
    static_assert(never<Self>,
                  "sparseconv: view() is a view of a cloud that ends with this statement; give the cloud a name first");
    return {};
  }

  /// The `columns` values of point `i`, which must be in [0, size()).
  [[nodiscard]] std::span<float const> row(std::int64_t i) const noexcept {
    return {values.data() + i * columns, static_cast<std::size_t>(columns)};
  }
  [[nodiscard]] std::span<float> row(std::int64_t i) noexcept {
    return {values.data() + i * columns, static_cast<std::size_t>(columns)};
  }

  /// The index of the column called `name`.
  ///
  /// Throws:  ShapeError if no column has that name, the message lists the first of those there are; or if there are names, but not
  ///          one a column.
  [[nodiscard]] std::int64_t column(std::string_view name) const {
    if (!names.empty() && static_cast<std::int64_t>(names.size()) != columns)
      throw ShapeError({"PointCloud::column: the cloud has ", names.size(), " names for ", columns,
                        " columns; give each column one, or none at all"});
    std::string known;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] == name) return static_cast<std::int64_t>(i);
      if (known.size() < 1000) known += error_message({i == 0 ? "" : ", ", printable(names[i])});
    }
    throw ShapeError({"PointCloud::column: no column is called ", name_in_quotes(name), "; ",
                      (names.empty() ? "this cloud has no column names" : "there are " + known)});
  }

 private:
  [[nodiscard]] std::int64_t rows_of_values(std::string_view call) const {
    return rows_of_cloud(static_cast<std::int64_t>(values.size()), columns, call);
  }
};

/// The same points relative to another offset. The difference is taken in double; x, y and z are then rounded to float again.
///
/// Throws:  ShapeError if the values do not make whole points, or there are points of fewer than 3 columns.
[[nodiscard]] inline PointCloud with_offset(PointCloud cloud, std::array<double, 3> const& offset) {
  std::int64_t const points =
      rows_of_cloud(static_cast<std::int64_t>(cloud.values.size()), cloud.columns, "with_offset");
  if (points > 0 && cloud.columns < 3) {
    throw ShapeError({"with_offset: the cloud has ", cloud.columns, " columns; it needs x, y and z at least"});
  }
  for (std::int64_t i = 0; i < points; ++i) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      float& along = cloud.row(i)[axis];
      along = static_cast<float>((cloud.offset[axis] - offset[axis]) + static_cast<double>(along));
    }
  }
  cloud.offset = offset;
  return cloud;
}

}  // namespace sparseconv::inline v0_1

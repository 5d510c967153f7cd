#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/memory/matrix_view.hpp"

namespace sparseconv::inline v0_1 {

/// Points as a scanner or a file gives them: one row a point, before voxelization.
///
/// Shapes: values size() x columns, row-major; columns 0, 1 and 2 are x, y and z. `names` is empty, or has one name a column.
/// Units:  those of the file; nothing is scaled.
/// Order:  that of the file, repeated points and NaN included; voxelization is what drops and counts them.
struct PointCloud {
  std::int64_t columns = 3;
  std::vector<float> values = {};
  std::vector<std::string> names = {};

  /// The number of points.
  [[nodiscard]] std::int64_t size() const noexcept {
    return columns > 0 ? static_cast<std::int64_t>(values.size()) / columns : 0;
  }

  [[nodiscard]] bool empty() const noexcept { return size() == 0; }

  /// The values as a matrix, for callers that also have points from elsewhere.
  [[nodiscard]] MatrixView<float const> view() const noexcept { return {values.data(), size(), columns}; }

  /// The `columns` values of point `i`, which must be in [0, size()).
  [[nodiscard]] std::span<float const> row(std::int64_t i) const noexcept {
    return {values.data() + i * columns, static_cast<std::size_t>(columns)};
  }
  [[nodiscard]] std::span<float> row(std::int64_t i) noexcept {
    return {values.data() + i * columns, static_cast<std::size_t>(columns)};
  }

  /// The index of the column called `name`.
  ///
  /// Throws:  ShapeError if no column has that name; the message lists those there are.
  [[nodiscard]] std::int64_t column(std::string_view name) const {
    std::string known;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] == name) return static_cast<std::int64_t>(i);
      known += (i == 0 ? "" : ", ") + names[i];
    }
    throw ShapeError({"PointCloud::column: no column is called \"", name, "\"; ",
                      (names.empty() ? "this cloud has no column names" : "there are " + known)});
  }
};

}  // namespace sparseconv::inline v0_1

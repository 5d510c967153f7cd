#pragma once

#include <cstdint>

#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/points/voxel_grid.hpp"

namespace sparseconv::inline v0_1::on_seq {

/// Points that lie as a matrix of float, as voxelization reads them.
class MatrixPoints {
 public:
  explicit MatrixPoints(MatrixView<float const> view) : view_(view) {}

  [[nodiscard]] MatrixView<float const> view() const { return view_; }
  [[nodiscard]] std::int64_t size() const { return view_.rows; }
  [[nodiscard]] std::int64_t columns() const { return view_.columns; }
  [[nodiscard]] VoxelOfPoint voxel(std::int64_t point, VoxelFinder const& finder) const {
    return finder(view_.row_data(point));
  }
  [[nodiscard]] float number(std::int64_t point, std::int64_t column) const { return view_(point, column); }

 private:
  MatrixView<float const> view_;
};

}  // namespace sparseconv::inline v0_1::on_seq

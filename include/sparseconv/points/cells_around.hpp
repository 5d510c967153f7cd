#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/number/arithmetic.hpp"
#include "sparseconv/tensor/box.hpp"

namespace sparseconv::inline v0_1 {

/// Where a position lies along one axis: at cell `low`, or beyond its centre by less than a cell.
struct AxisPlace {
  std::int64_t low = 0;
  double beyond = 0;

  /// Of a position that is_near_cells.
  static constexpr AxisPlace of(double position) {
    auto low = static_cast<std::int64_t>(position);
    low -= static_cast<double>(low) > position ? 1 : 0;  // the floor
    return {low, position - static_cast<double>(low)};
  }
};

/// Whether a position is a number from which a cell of 32 bits can be less than one cell away. Others are not converted.
constexpr bool is_near_cells(double position) {
  return position > -2147483649.0 && position < 2147483648.0;
}

/// The cell that a position lies in; one on the face between two lies in the upper one. Its weight is 1.
template <int D>
class NearestCell {
 public:
  static constexpr int count = 1;

  NearestCell() = default;
  constexpr NearestCell(std::array<double, static_cast<std::size_t>(D)> const& position, std::int32_t batch_item) {
    is_anywhere_ = true;
    cell_[0] = batch_item;
    SPARSECONV_UNROLL
    for (std::size_t axis = 0; axis < static_cast<std::size_t>(D); ++axis) {
      if (is_near_cells(position[axis])) {
        AxisPlace const place = AxisPlace::of(position[axis]);
        cell_[axis + 1] = place.low + (place.beyond < 0.5 ? 0 : 1);
      } else {
        is_anywhere_ = false;
      }
    }
  }

  /// Whether the position is near any cell that can be.
  [[nodiscard]] constexpr bool is_anywhere() const { return is_anywhere_; }
  [[nodiscard]] constexpr WideCoordinate<D> cell(int) const { return cell_; }
  [[nodiscard]] constexpr std::array<double, 1> weights() const { return {is_anywhere_ ? 1.0 : 0.0}; }

 private:
  WideCoordinate<D> cell_{};
  bool is_anywhere_ = false;
};

/// The 2^D cells whose centres are around a position, in the order of sites, and their weights: the product of 1 - |distance to the
/// centre| along each axis. Of a position that is nowhere, all weights are 0.
///
/// Bits: the same on every policy; a weight is computed in double, axis after axis.
template <int D>
class CellsAround {
 public:
  static constexpr int count = 1 << D;

  CellsAround() = default;
  constexpr CellsAround(std::array<double, static_cast<std::size_t>(D)> const& position, std::int32_t batch_item) {
    is_anywhere_ = true;
    low_[0] = batch_item;
    SPARSECONV_UNROLL
    for (std::size_t axis = 0; axis < static_cast<std::size_t>(D); ++axis) {
      if (is_near_cells(position[axis])) {
        AxisPlace const place = AxisPlace::of(position[axis]);
        low_[axis + 1] = place.low;
        beyond_[axis] = place.beyond;
      } else {
        is_anywhere_ = false;
      }
    }
  }

  /// Whether the position is near any cell that can be.
  [[nodiscard]] constexpr bool is_anywhere() const { return is_anywhere_; }
  [[nodiscard]] constexpr WideCoordinate<D> cell(int k) const {
    WideCoordinate<D> cell = low_;
    SPARSECONV_UNROLL
    for (int axis = 0; axis < D; ++axis) cell[static_cast<std::size_t>(axis) + 1] += is_upper(k, axis) ? 1 : 0;
    return cell;
  }

  [[nodiscard]] constexpr std::array<double, std::size_t{count}> weights() const {
    std::array<double, std::size_t{count}> weights{};
    weights[0] = is_anywhere_ ? 1 : 0;
    SPARSECONV_UNROLL
    for (int axis = 0; axis < D; ++axis) {
      double const upper = beyond_[static_cast<std::size_t>(axis)];
      double const lower = 1 - upper;
      SPARSECONV_UNROLL
      for (std::size_t left = std::size_t{1} << axis; left > 0; --left) {  // each of the axes before becomes two
        double const before = weights[left - 1];
        weights[2 * left - 1] = rounded_product(before, upper);
        weights[2 * left - 2] = rounded_product(before, lower);
      }
    }
    return weights;
  }

 private:
  static constexpr bool is_upper(int k, int axis) { return ((k >> (D - 1 - axis)) & 1) != 0; }

  WideCoordinate<D> low_{};
  std::array<double, static_cast<std::size_t>(D)> beyond_{};
  bool is_anywhere_ = false;
};

}  // namespace sparseconv::inline v0_1

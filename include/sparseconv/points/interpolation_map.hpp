#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "sparseconv/error.hpp"
#include "sparseconv/index/cell_centres.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/arithmetic.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/tensor/copy_to.hpp"
#include "sparseconv/tensor/per_axis.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// Which sites around a point its features come from.
enum class Interpolation : std::uint8_t {
  nearest,  ///< the site of the cell that the point lies in
  linear    ///< the sites of the 2^D cells whose centres are around the point, each by how near it is along each axis
};

/// How many cells a point takes its features from.
template <int D>
[[nodiscard]] constexpr std::int64_t cells_of_point(Interpolation interpolation) {
  return interpolation == Interpolation::nearest ? 1 : std::int64_t{1} << D;
}

/// How points are placed among sites.
template <int D>
struct PointPlacement {
  Interpolation interpolation = Interpolation::linear;
  /// Where the centres of the sites lie among the cells that positions are in: cell_centres of the layers between. Not told: those
  /// cells are the cells of the sites.
  std::optional<CellCentres<D>> centres = std::nullopt;
  std::int32_t batch_item = 0;  ///< the item that the points belong to; of several clouds that of the first
};

/// Sites that lie where the first of their `stride` cells begins along each axis, and not in their middle: cell o at stride * o - 1/2.
/// TorchSparse places points so, and networks that it trained want their features from there.
template <int D>
[[nodiscard]] CellCentres<D> cells_at_corners(PerAxis<D> const& stride) {
  CellCentres<D> centres;
  for (int axis = 0; axis < D; ++axis) {
    centres.scale[static_cast<std::size_t>(axis)] = stride[axis];
    centres.shift[static_cast<std::size_t>(axis)] = -0.5;
  }
  return centres;
}

/// The rows of a site set that points take their features from, and the weight of each. It is found once, by build_interpolation_map,
/// and serves all tensors on these sites: see interpolate.
///
/// Shapes: P points of K cells: 2^D for linear, 1 for nearest. rows P x K, no_row for a cell without a site or of no weight; weights
///         P x K for linear, 0 for no_row; nearest has none.
/// Order:  the cells of a point are in the order of sites: along the last axis the lower one first.
template <int D, BinaryFloat Number = float, MemorySpace Memory = HostMemory>
class InterpolationMap {
 public:
  /// Of no points.
  InterpolationMap() = default;

  /// What build_interpolation_map found.
  InterpolationMap(SiteSet<D, Memory> const& sites, Interpolation interpolation, Buffer<Row, Memory>&& rows,
                   Buffer<Number, Memory>&& weights)
      : sites_(sites), interpolation_(interpolation), rows_(std::move(rows)), weights_(std::move(weights)) {}

  [[nodiscard]] SiteSet<D, Memory> const& sites() const { return sites_; }
  [[nodiscard]] Interpolation interpolation() const { return interpolation_; }
  /// P; 0 of a map that was moved from.
  [[nodiscard]] std::int64_t size() const { return rows_.size() / cells(); }
  /// K.
  [[nodiscard]] std::int64_t cells() const { return cells_of_point<D>(interpolation_); }
  [[nodiscard]] MatrixView<Row const, Memory> rows() const { return {rows_.data(), size(), cells()}; }
  [[nodiscard]] MatrixView<Number const, Memory> weights() const {
    return {weights_.data(), size(), interpolation_ == Interpolation::nearest ? 0 : cells()};
  }
  /// Memory of rows and weights, in bytes.
  [[nodiscard]] std::int64_t bytes() const { return rows_.bytes() + weights_.bytes(); }

 private:
  SiteSet<D, Memory> sites_;
  Interpolation interpolation_ = Interpolation::linear;
  Buffer<Row, Memory> rows_;
  Buffer<Number, Memory> weights_;
};

/// Throws: ShapeError if sites that a map is copied onto are not as many as the map was made for. `call` begins the message.
inline void check_sites_of_copy(std::int64_t made_for, std::int64_t given, std::string_view call) {
  if (made_for == given) return;
  throw ShapeError({call, ": the map was made for ", made_for, " sites, those given are ", given,
                    "; give a copy of the map's own sites"});
}

/// A map in the memory of a device policy, onto a copy of its sites that is there already: so it serves tensors on that copy without
/// a comparison.
///
/// Order, Throws: as copy_to of an array; also ShapeError if the copy has another number of sites.
template <DevicePolicy Policy, int D, BinaryFloat Number>
[[nodiscard]] InterpolationMap<D, Number, typename Policy::Memory> copy_to(
    Policy const& where, InterpolationMap<D, Number> const& host, SiteSet<D, typename Policy::Memory> const& sites) {
  check_sites_of_copy(host.sites().size(), sites.size(), "copy_to");
  return {sites, host.interpolation(), copy_to(where, host.rows().values()), copy_to(where, host.weights().values())};
}

/// The same with a copy of its sites.
template <DevicePolicy Policy, int D, BinaryFloat Number>
[[nodiscard]] InterpolationMap<D, Number, typename Policy::Memory> copy_to(Policy const& where,
                                                                           InterpolationMap<D, Number> const& host) {
  return copy_to(where, host, copy_to(where, host.sites()));
}

/// The way back, onto sites of the host that are there already.
///
/// Order, Throws: as copy_to_host of an array; also ShapeError if there is another number of sites.
template <DevicePolicy Policy, int D, BinaryFloat Number>
[[nodiscard]] InterpolationMap<D, Number> copy_to_host(
    Policy const& where, InterpolationMap<D, Number, typename Policy::Memory> const& device, SiteSet<D> const& sites) {
  check_sites_of_copy(device.sites().size(), sites.size(), "copy_to_host");
  auto const rows = device.rows();
  auto const weights = device.weights();
  return {sites, device.interpolation(), copy_to_host(where, rows.data, rows.size()),
          copy_to_host(where, weights.data, weights.size())};
}

/// The same with a copy of its sites.
template <DevicePolicy Policy, int D, BinaryFloat Number>
[[nodiscard]] InterpolationMap<D, Number> copy_to_host(
    Policy const& where, InterpolationMap<D, Number, typename Policy::Memory> const& device) {
  return copy_to_host(where, device, copy_to_host(where, device.sites()));
}

}  // namespace sparseconv::inline v0_1

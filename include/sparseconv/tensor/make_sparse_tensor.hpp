#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <type_traits>

#include "sparseconv/error.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/tensor/build_site_set.hpp"
#include "sparseconv/tensor/point_features.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// Throws: ShapeError if the features are not rows of one length, one for each point.
inline std::int64_t channels_of_list(std::int64_t features, std::int64_t points) {
  if (points == 0 ? features != 0 : features % points != 0) {
    throw ShapeError({"make_sparse_tensor: ", features, " features for ", points,
                      " coordinates; give the same number of channels for each"});
  }
  return points == 0 ? 0 : features / points;
}

/// Makes a tensor as the next function does, of a view of the data list, which says how many channels there are even where there
/// are no points.
template <HostPolicy Policy, int D, class T>
SparseTensor<std::remove_const_t<T>, D> make_sparse_tensor(Policy const& where, Grid<D> const& grid,
                                                           std::type_identity_t<std::span<Coordinate<D> const>> points,
                                                           MatrixView<T> features,
                                                           Duplicates duplicates = Duplicates::reject) {
  PointSites<D> const sites = build_site_set(where, grid, points);
  if (duplicates == Duplicates::reject) check_no_duplicates(sites, "make_sparse_tensor");
  return features_to_sites(where, sites, MatrixView<std::remove_const_t<T> const>(features), duplicates);
}

/// Makes a tensor of any coordinate list and its data list.
///
/// The rows of the tensor are in canonical order. Who needs the caller's order back calls build_site_set and
/// features_to_sites, the two halves of this function, and later features_to_points.
///
/// Shapes: points: N coordinates; features: N x C, row-major, C = features.size() / N. Of lists without points C is 0: give a
///         MatrixView where there may be none.
/// Order:  waits for the result.
/// Bits:   the same for every policy.
/// Throws: ShapeError if the features are not N rows of one length, or an extent is below 1;
///         CoordinateError if a point is outside the grid, or repeated while duplicates are rejected.
template <Element T, int D, HostPolicy Policy>
SparseTensor<T, D> make_sparse_tensor(Policy const& where, Grid<D> const& grid, std::span<Coordinate<D> const> points,
                                      std::span<T const> features, Duplicates duplicates = Duplicates::reject) {
  std::int64_t const channels =
      channels_of_list(static_cast<std::int64_t>(features.size()), static_cast<std::int64_t>(points.size()));
  MatrixView<T const> const rows{features.data(), static_cast<std::int64_t>(points.size()), channels};
  return make_sparse_tensor(where, grid, points, rows, duplicates);
}

/// The same of lists that lie on a device already. Waits twice, see build_site_set.
template <Element T, int D, DevicePolicy Policy>
SparseTensor<T, D, typename Policy::Memory> make_sparse_tensor(
    Policy const& where, Grid<D> const& grid, Buffer<Coordinate<D>, typename Policy::Memory> const& points,
    Buffer<T, typename Policy::Memory> const& features, Duplicates duplicates = Duplicates::reject) {
  std::int64_t const channels = channels_of_list(features.size(), points.size());
  auto const sites = build_site_set(where, grid, points);
  if (duplicates == Duplicates::reject) on_device::check_no_duplicates(where, sites, "make_sparse_tensor");
  MatrixView<T const, typename Policy::Memory> const rows{features.data(), points.size(), channels};
  return features_to_sites(where, sites, rows, duplicates);
}

/// The same of lists in braces.
template <Element T, int D, HostPolicy Policy>
SparseTensor<T, D> make_sparse_tensor(Policy const& where, Grid<D> const& grid,
                                      std::initializer_list<Coordinate<D>> points, std::initializer_list<T> features,
                                      Duplicates duplicates = Duplicates::reject) {
  return make_sparse_tensor<T, D>(where, grid, std::span<Coordinate<D> const>(points.begin(), points.size()),
                                  std::span<T const>(features.begin(), features.size()), duplicates);
}

/// The call without a policy is a sentence of the compiler.
template <Element T, int D>
SparseTensor<T, D> make_sparse_tensor(Grid<D> const&, std::span<Coordinate<D> const>, std::span<T const>,
                                      Duplicates = Duplicates::reject) {
  static_assert(never<T>,
                "sparseconv: make_sparse_tensor: the call has no policy in front, which says where it runs: "
                "make_sparse_tensor<float, 2>(sc::cpu, grid, points, features)");
  return {};
}
/// The same of lists in braces.
template <Element T, int D>
SparseTensor<T, D> make_sparse_tensor(Grid<D> const& grid, std::initializer_list<Coordinate<D>> points,
                                      std::initializer_list<T> features, Duplicates duplicates = Duplicates::reject) {
  return make_sparse_tensor<T, D>(grid, std::span<Coordinate<D> const>(points.begin(), points.size()),
                                  std::span<T const>(features.begin(), features.size()), duplicates);
}

}  // namespace sparseconv::inline v0_1

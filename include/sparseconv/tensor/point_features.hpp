#pragma once

#include <cstdint>
#include <span>

#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/device/point_features.hpp"
#include "sparseconv/tensor/joined_features.hpp"
#include "sparseconv/tensor/point_sites.hpp"
#include "sparseconv/tensor/seq/point_features.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// Brings the features of points to their sites.
///
/// Shapes: point_features: N points x C; result: one row for each site, C channels.
/// Order:  waits for the result; a device policy waits only if duplicates are rejected and there are some.
/// Bits:   the same for every policy; sums run in the caller's order, see WideSum, and are rounded once.
/// Throws: ShapeError if point_features has another number of rows than there are points, or is a view of nothing, or if
///         the lists of the points do not fit their sites;
///         CoordinateError if duplicates are rejected and there are some.
template <ExecutionPolicy Policy, Element T, int D, MemorySpace Memory>
SparseTensor<T, D, Memory> features_to_sites(Policy const& where, PointSites<D, Memory> const& points,
                                             MatrixView<T const, Memory> point_features, Duplicates duplicates) {
  check_reach<Policy, Memory>();
  check_point_rows(point_features.rows, points.row_of_point.size());
  check_point_lists(points);
  check_view(point_features, "the points'", "features_to_sites");
  if constexpr (HostPolicy<Policy>) {
    if (duplicates == Duplicates::reject) check_no_duplicates(points, "features_to_sites");
    return on_seq::features_to_sites(where, points, point_features, duplicates);
  } else {
    if (duplicates == Duplicates::reject) on_device::check_no_duplicates(where, points, "features_to_sites");
    return on_device::features_to_sites(where, points, point_features, duplicates);
  }
}

/// The way back: the features of each point's site, in the order of the caller's list.
///
/// Shapes: row_of_point: N rows of the tensor, or no_row for a point without a site; result: N x C, zeros where no_row.
/// Order:  waits for the result; a device policy for the check of the rows.
/// Throws: ShapeError if a row is not one of the tensor's.
template <HostPolicy Policy, Element T, int D>
Buffer<T> features_to_points(Policy const& where, SparseTensor<T, D> const& tensor, std::span<Row const> row_of_point) {
  check_list(row_of_point, "the rows'", "features_to_points");
  return on_seq::features_to_points(where, tensor, row_of_point);
}

/// The same on a device, of rows that lie there.
template <DevicePolicy Policy, Element T, int D>
Buffer<T, typename Policy::Memory> features_to_points(Policy const& where,
                                                      SparseTensor<T, D, typename Policy::Memory> const& tensor,
                                                      Buffer<Row, typename Policy::Memory> const& row_of_point) {
  return on_device::features_to_points(where, tensor, row_of_point);
}

}  // namespace sparseconv::inline v0_1

#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>

#include "sparseconv/error.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/build_site_set.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv {

/// What becomes of points that share a site.
enum class Duplicates {
  reject,  ///< a CoordinateError that names the first two
  sum,     ///< their features are added, in the caller's order
  mean,    ///< the same, divided by their number
  max,     ///< the largest of each channel
  first    ///< the first point of the caller's list counts
};

/// Throws: CoordinateError if two points share a site: it names the earliest repetition in the caller's list.
template <int D>
void check_no_duplicates(PointSites<D> const& points, std::string const& call) {
  if (points.sites.size() == points.row_of_point.size()) return;
  Row earliest = std::numeric_limits<Row>::max();
  Row before = 0;
  for (std::int64_t row = 0; row < points.sites.size(); ++row) {
    Row const begin = points.first_point[row];
    if (points.first_point[row + 1] - begin < 2 || points.points_by_site[begin + 1] >= earliest) continue;
    before = points.points_by_site[begin];
    earliest = points.points_by_site[begin + 1];
  }
  throw CoordinateError(call + ": points " + std::to_string(before) + " and " + std::to_string(earliest) +
                        " are both at " +
                        to_string(points.sites.coordinates()[static_cast<std::size_t>(points.row_of_point[earliest])]) +
                        "; drop one, or say what to do with Duplicates::sum, mean, max or first");
}

/// The features of sites from those of their points, in any memory. Where a coordinate stands once, as nearly all do, it is a
/// copy.
template <Element T>
struct JoinedFeatures {
  T const* points;  ///< N x channels
  std::int64_t channels;
  Row const* points_by_site;
  Row const* first_point;
  Duplicates duplicates;

  /// Channel c of a site.
  [[nodiscard]] constexpr T operator()(std::int64_t row, std::int64_t c) const {
    Row const begin = first_point[row];
    Row const end = first_point[row + 1];
    T const first = points[points_by_site[begin] * channels + c];
    if (duplicates == Duplicates::first || end == begin + 1) return first;
    auto joined = static_cast<Accumulator<T>>(first);
    for (Row i = begin + 1; i < end; ++i) {
      auto const next = static_cast<Accumulator<T>>(points[points_by_site[i] * channels + c]);
      joined = duplicates != Duplicates::max ? joined + next : joined < next ? next : joined;
    }
    return T(duplicates == Duplicates::mean ? joined / static_cast<Accumulator<T>>(end - begin) : joined);
  }
};

/// Throws: ShapeError if there is not one row of features for each point.
inline void check_point_rows(std::int64_t rows, std::int64_t points) {
  if (rows == points) return;
  throw ShapeError("features_to_sites: " + std::to_string(rows) + " rows of features for " + std::to_string(points) +
                   " points; give one row for each point");
}

/// Brings the features of points to their sites.
///
/// Shapes: point_features: N points x C; result: one row for each site, C channels.
/// Order:  waits for the result; a device policy waits only if duplicates are rejected and there are some.
/// Bits:   the same for every policy; sums run in the caller's order, in the type of Accumulator.
/// Throws: ShapeError if point_features has another number of rows than there are points;
///         CoordinateError if duplicates are rejected and there are some.
template <HostPolicy Policy, Element T, int D>
SparseTensor<T, D> features_to_sites(Policy const& where, PointSites<D> const& points,
                                     MatrixView<T const> point_features, Duplicates duplicates) {
  check_point_rows(point_features.rows, points.row_of_point.size());
  if (duplicates == Duplicates::reject) check_no_duplicates(points, "features_to_sites");

  std::int64_t const channels = point_features.columns;
  JoinedFeatures<T> const joined{point_features.data, channels, points.points_by_site.data(), points.first_point.data(),
                                 duplicates};
  Buffer<T> features(where.memory(), points.sites.size() * channels);
  for_each_index(where, points.sites.size(), [&](std::int64_t row) {
    for (std::int64_t c = 0; c < channels; ++c) features[row * channels + c] = joined(row, c);
  });
  return SparseTensor<T, D>(points.sites, channels, std::move(features));
}

/// Throws: ShapeError: a row is not one of a tensor's.
[[noreturn]] inline void refuse_row(Row row, std::int64_t size) {
  throw ShapeError("features_to_points: row " + std::to_string(row) + " of a tensor of " + std::to_string(size) +
                   " sites; give the row_of_point that came with these sites");
}

/// The way back: the features of each point's site, in the order of the caller's list.
///
/// Shapes: row_of_point: N rows of the tensor, or no_row for a point without a site; result: N x C, zeros where no_row.
/// Order:  waits for the result; a device policy for the check of the rows.
/// Throws: ShapeError if a row is not one of the tensor's.
template <HostPolicy Policy, Element T, int D>
Buffer<T> features_to_points(Policy const& where, SparseTensor<T, D> const& tensor, std::span<Row const> row_of_point) {
  for (Row const row : row_of_point) {
    if (row != no_row && (row < 0 || row >= tensor.size())) refuse_row(row, tensor.size());
  }
  std::int64_t const channels = tensor.channels();
  Buffer<T> features(where.memory(), static_cast<std::int64_t>(row_of_point.size()) * channels);
  for_each_index(where, static_cast<std::int64_t>(row_of_point.size()), [&](std::int64_t point) {
    Row const row = row_of_point[static_cast<std::size_t>(point)];
    T* const target = features.data() + point * channels;
    if (row == no_row) {
      std::fill_n(target, channels, T{0});
    } else {
      std::copy_n(tensor.features().row(row), channels, target);  // on the host
    }
  });
  return features;
}

}  // namespace sparseconv

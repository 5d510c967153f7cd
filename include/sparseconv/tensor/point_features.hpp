#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>

#include "sparseconv/error.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/build_site_set.hpp"
#include "sparseconv/tensor/matrix_view.hpp"
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

/// Brings the features of points to their sites.
///
/// Shapes: point_features: N points x C; result: one row for each site, C channels.
/// Bits:   the same for every policy; sums run in the caller's order.
/// Throws: ShapeError if point_features has another number of rows than there are points;
///         CoordinateError if duplicates are rejected and there are some.
template <ExecutionPolicy Policy, Element T, int D>
SparseTensor<T, D> features_to_sites(Policy const& where, PointSites<D> const& points,
                                     MatrixView<T const> point_features, Duplicates duplicates) {
  if (point_features.rows != points.row_of_point.size()) {
    throw ShapeError("features_to_sites: " + std::to_string(point_features.rows) + " rows of features for " +
                     std::to_string(points.row_of_point.size()) + " points; give one row for each point");
  }
  if (duplicates == Duplicates::reject) check_no_duplicates(points, "features_to_sites");

  std::int64_t const channels = point_features.columns;
  Buffer<T> features(where.memory(), points.sites.size() * channels);
  for_each_index(where, points.sites.size(), [&](std::int64_t row) {
    T* const site = features.data() + row * channels;
    Row const begin = points.first_point[row];
    Row const end = duplicates == Duplicates::first ? begin + 1 : points.first_point[row + 1];
    std::copy_n(point_features.row(points.points_by_site[begin]), channels, site);
    for (Row i = begin + 1; i < end; ++i) {
      T const* const point = point_features.row(points.points_by_site[i]);
      for (std::int64_t c = 0; c < channels; ++c) {
        site[c] = duplicates == Duplicates::max ? std::max(site[c], point[c]) : site[c] + point[c];
      }
    }
    if (duplicates == Duplicates::mean) {
      for (std::int64_t c = 0; c < channels; ++c) site[c] /= static_cast<T>(end - begin);
    }
  });
  return SparseTensor<T, D>(points.sites, channels, std::move(features));
}

/// The way back: the features of each point's site, in the order of the caller's list.
///
/// Shapes: row_of_point: N rows of the tensor, or no_row for a point without a site; result: N x C, zeros where no_row.
/// Throws: ShapeError if a row is not one of the tensor's.
template <ExecutionPolicy Policy, Element T, int D>
Buffer<T> features_to_points(Policy const& where, SparseTensor<T, D> const& tensor, std::span<Row const> row_of_point) {
  for (Row const row : row_of_point) {
    if (row != no_row && (row < 0 || row >= tensor.size())) {
      throw ShapeError("features_to_points: row " + std::to_string(row) + " of a tensor of " +
                       std::to_string(tensor.size()) + " sites; give the row_of_point that came with these sites");
    }
  }
  std::int64_t const channels = tensor.channels();
  Buffer<T> features(where.memory(), static_cast<std::int64_t>(row_of_point.size()) * channels);
  for_each_index(where, static_cast<std::int64_t>(row_of_point.size()), [&](std::int64_t point) {
    Row const row = row_of_point[static_cast<std::size_t>(point)];
    T* const target = features.data() + point * channels;
    if (row == no_row) {
      std::fill_n(target, channels, T{0});
    } else {
      std::copy_n(tensor.features().row(row), channels, target);
    }
  });
  return features;
}

}  // namespace sparseconv

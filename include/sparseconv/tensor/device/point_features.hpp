#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "sparseconv/config.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/copy_to.hpp"
#include "sparseconv/tensor/joined_features.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1::on_device {

/// sparseconv::check_no_duplicates. Waits only to name what it found.
template <DevicePolicy Policy, int D>
void check_no_duplicates(Policy const& where, PointSites<D, typename Policy::Memory> const& points,
                         std::string_view call) {
  if (points.sites.size() == points.row_of_point.size()) return;
  sparseconv::check_no_duplicates(
      PointSites<D>{copy_to_host(where, points.sites), copy_to_host(where, points.row_of_point),
                    copy_to_host(where, points.points_by_site), copy_to_host(where, points.first_point)},
      call);
}

/// Writes a channel of a site.
template <Element T>
struct JoinEach {
  JoinedFeatures<T> joined;
  T* features;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t row, std::int64_t channel) const {
    features[row * joined.channels + channel] = joined(row, channel);
  }
};

/// sparseconv::features_to_sites. Does not wait.
template <DevicePolicy Policy, Element T, int D>
SparseTensor<T, D, typename Policy::Memory> features_to_sites(
    Policy const& where, PointSites<D, typename Policy::Memory> const& points,
    MatrixView<T const, typename Policy::Memory> point_features, Duplicates duplicates) {
  using Memory = typename Policy::Memory;
  Buffer<T, Memory> features(where.memory(), points.sites.size() * point_features.columns);
  JoinedFeatures<T> const joined{point_features.data,          point_features.stride,     point_features.columns,
                                 points.points_by_site.data(), points.first_point.data(), duplicates};
  where.for_each(points.sites.size(), joined.channels, JoinEach<T>{joined, features.data()});
  return {points.sites, point_features.columns, std::move(features)};
}

/// Notes the first row that is not one of a tensor's.
template <class Atomics>
struct CheckRows {
  Row const* rows;
  std::int64_t size;
  std::int64_t* first_wrong;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t point) const {
    Row const row = rows[point];
    if (row != no_row && (row < 0 || row >= size)) Atomics::lower(*first_wrong, point);
  }
};

/// Writes a channel of a point.
template <Element T>
struct CopyToPoint {
  T const* features;
  Row const* rows;
  std::int64_t channels;
  T* points;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t point, std::int64_t channel) const {
    Row const row = rows[point];
    points[point * channels + channel] = row == no_row ? T{0} : features[row * channels + channel];
  }
};

/// sparseconv::features_to_points. Waits once, for the check of the rows.
template <DevicePolicy Policy, Element T, int D>
Buffer<T, typename Policy::Memory> features_to_points(Policy const& where,
                                                      SparseTensor<T, D, typename Policy::Memory> const& tensor,
                                                      Buffer<Row, typename Policy::Memory> const& row_of_point) {
  using Memory = typename Policy::Memory;
  std::int64_t const points = row_of_point.size();
  std::int64_t first_wrong = std::numeric_limits<std::int64_t>::max();
  Buffer<std::int64_t, Memory> noted(where.memory(), 1);
  where.copy_to_device(noted.data(), &first_wrong, noted.bytes());
  where.for_each(points, CheckRows<typename Policy::Atomics>{row_of_point.data(), tensor.size(), noted.data()});
  where.copy_to_host(&first_wrong, noted.data(), noted.bytes());
  if (first_wrong < points) {
    Row row = no_row;
    where.copy_to_host(&row, row_of_point.data() + first_wrong, sizeof(row));
    refuse_row(row, tensor.size());
  }
  Buffer<T, Memory> features(where.memory(), feature_count(points, tensor.channels(), "features_to_points"));
  where.for_each(points, tensor.channels(),
                 CopyToPoint<T>{tensor.features().data, row_of_point.data(), tensor.channels(), features.data()});
  return features;
}

}  // namespace sparseconv::inline v0_1::on_device

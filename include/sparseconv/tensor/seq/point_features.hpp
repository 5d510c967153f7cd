#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/cpu/fetch.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/joined_features.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1::on_seq {

/// sparseconv::features_to_sites for every policy of the host.
template <HostPolicy Policy, Element T, int D>
SparseTensor<T, D> features_to_sites(Policy const& where, PointSites<D> const& points,
                                     MatrixView<T const> point_features, Duplicates duplicates) {
  std::int64_t const channels = point_features.columns;
  JoinedFeatures<T> const joined{point_features.data,          point_features.stride,     channels,
                                 points.points_by_site.data(), points.first_point.data(), duplicates};
  Buffer<T> features(where.memory(), points.sites.size() * channels);
  auto const fetch_point = [&](std::int64_t place) {
    SPARSECONV_FETCH_NEAR(joined.points + points.points_by_site[place] * joined.stride);
  };
  std::int64_t const last = points.sites.size() - 1;
  for_each_index(where, points.sites.size(), [&](std::int64_t row) {
    // Points lie in another order than sites: the first and the last of a site further on.
    std::int64_t const ahead = std::min(row + 16, last);
    fetch_point(points.first_point[ahead]);
    fetch_point(points.first_point[ahead + 1] - 1);
    for (std::int64_t c = 0; c < channels; ++c) features[row * channels + c] = joined(row, c);
  });
  return SparseTensor<T, D>(points.sites, channels, std::move(features));
}

/// sparseconv::features_to_points for every policy of the host.
template <HostPolicy Policy, Element T, int D>
Buffer<T> features_to_points(Policy const& where, SparseTensor<T, D> const& tensor, std::span<Row const> row_of_point) {
  for (Row const row : row_of_point) {
    if (row != no_row && (row < 0 || row >= tensor.size())) refuse_row(row, tensor.size());
  }
  std::int64_t const channels = tensor.channels();
  auto const points = static_cast<std::int64_t>(row_of_point.size());
  Buffer<T> features(where.memory(), feature_count(points, channels, "features_to_points"));
  for_each_index(where, points, [&](std::int64_t point) {
    Row const row = row_of_point[static_cast<std::size_t>(point)];
    T* const target = features.data() + point * channels;
    if (row == no_row) {
      std::fill_n(target, channels, T{0});
    } else {
      std::copy_n(tensor.features().row_data(row), channels, target);
    }
  });
  return features;
}

}  // namespace sparseconv::inline v0_1::on_seq

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/make_sparse_tensor.hpp"

namespace run_network {

/// Sites and their features for any number of axes: what a network gets, and what each of its outputs is.
///
/// Shapes: coordinates N x (1 + axes), batch first; features N x channels; shape as many numbers as axes, or none where the grid
///         has no bounds.
struct SiteList {
  int axes = 3;
  std::vector<std::int32_t> coordinates;
  std::int64_t channels = 0;
  std::vector<float> features;
  std::vector<std::int32_t> shape;

  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(coordinates.size()) / (1 + axes); }
};

/// The grid of a list of D axes: its shape, and batch items up to the last one named. 2^31 - 1, which no grid has, stays outside.
template <int D>
sparseconv::Grid<D> grid_of(SiteList const& list) {
  sparseconv::Grid<D> grid;
  if (!list.shape.empty()) {
    sparseconv::PerAxis<D> extents(1);
    for (int axis = 0; axis < D; ++axis) extents[axis] = list.shape[static_cast<std::size_t>(axis)];
    grid.shape = extents;
  }
  std::int32_t last_item = 0;
  for (std::size_t i = 0; i < list.coordinates.size(); i += D + 1) {
    last_item = std::max(last_item, list.coordinates[i]);
  }
  grid.batch_size = std::min(last_item, std::numeric_limits<std::int32_t>::max() - 1) + 1;
  return grid;
}

/// Throws: as make_sparse_tensor: repeated sites are refused.
template <sparseconv::Element T, int D, sparseconv::HostPolicy Policy>
sparseconv::SparseTensor<T, D> tensor_of(Policy const& where, SiteList const& list) {
  std::vector<sparseconv::Coordinate<D>> points(static_cast<std::size_t>(list.size()));
  for (std::size_t i = 0; i < points.size(); ++i) {
    auto const row = list.coordinates.begin() + static_cast<std::ptrdiff_t>(i * (D + 1));
    points[i].batch = *row;
    std::copy_n(row + 1, D, points[i].position.begin());
  }
  std::vector<T> const features(list.features.begin(), list.features.end());
  sparseconv::MatrixView<T const> const rows{features.data(), list.size(), list.channels};
  return sparseconv::make_sparse_tensor(where, grid_of<D>(list), points, rows);
}

/// The way back: sites in their canonical order, features rounded to float.
template <sparseconv::Element T, int D>
SiteList list_of(sparseconv::SparseTensor<T, D> const& tensor) {
  SiteList list{.axes = D, .coordinates = {}, .channels = tensor.channels(), .features = {}, .shape = {}};
  list.coordinates.reserve(static_cast<std::size_t>(tensor.size() * (D + 1)));
  for (auto const& site : tensor.sites().coordinates()) {
    list.coordinates.push_back(site.batch);
    list.coordinates.insert(list.coordinates.end(), site.position.begin(), site.position.end());
  }
  list.features.reserve(static_cast<std::size_t>(tensor.size() * tensor.channels()));
  for (std::int64_t row = 0; row < tensor.size(); ++row) {
    T const* const numbers = tensor.features().row_data(row);
    std::transform(numbers, numbers + tensor.channels(), std::back_inserter(list.features),
                   [](T number) { return static_cast<float>(number); });
  }
  auto const& shape = tensor.grid().shape;
  for (int axis = 0; shape.bounded() && axis < D; ++axis) list.shape.push_back(shape[axis]);
  return list;
}

/// "41 x 1600 x 1600", or "no bounds".
inline std::string shape_of(SiteList const& list) {
  std::string const text = sparseconv::joined_integers(list.shape, " x ");
  return text.empty() ? "no bounds" : text;
}

}  // namespace run_network

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/dense_tensor.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1::on_seq {

/// sparseconv::from_dense for every policy of the host: one thread looks for the sites.
template <HostPolicy Policy, Element T, int D>
SparseTensor<T, D> from_dense(Policy const& where, DenseTensor<T, D> const& dense) {
  Grid<D> const grid = grid_of_dense(dense.shape, dense.values.size());
  std::int64_t const channels = dense.shape[1];
  // Without channels or batch items the grid may have any number of cells, also more than can be counted.
  if (dense.values.empty()) return SparseTensor<T, D>(SiteSet<D>(grid, {}), channels);
  std::int64_t cells = 1;
  for (int axis = 0; axis < D; ++axis) cells *= grid.shape[axis];

  std::vector<Coordinate<D>> sites;
  std::vector<std::int64_t> first_value;  // of each site, in channel 0
  for (std::int32_t batch = 0; batch < grid.batch_size; ++batch) {
    for (std::int64_t cell = 0; cell < cells; ++cell) {
      std::int64_t const first = batch * channels * cells + cell;
      bool active = false;
      for (std::int64_t c = 0; c < channels && !active; ++c) active = dense.values[first + c * cells] != T{0};
      if (!active) continue;
      Coordinate<D> site{.batch = batch, .position = {}};
      std::int64_t rest = cell;
      for (int axis = D; axis-- > 0; rest /= grid.shape[axis]) {
        site.position[static_cast<std::size_t>(axis)] = static_cast<std::int32_t>(rest % grid.shape[axis]);
      }
      sites.push_back(site);
      first_value.push_back(first);
    }
  }
  SparseTensor<T, D> tensor(SiteSet<D>(grid, Buffer<Coordinate<D>>(std::span<Coordinate<D> const>(sites))), channels,
                            Buffer<T>(static_cast<std::int64_t>(sites.size()) * channels));
  for_each_index(where, tensor.size(), [&](std::int64_t row) {
    for (std::int64_t c = 0; c < channels; ++c) {
      tensor.features()(row, c) = dense.values[first_value[static_cast<std::size_t>(row)] + c * cells];
    }
  });
  return tensor;
}

}  // namespace sparseconv::inline v0_1::on_seq

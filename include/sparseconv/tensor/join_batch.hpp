#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/box.hpp"
#include "sparseconv/tensor/grid.hpp"
#include "sparseconv/tensor/site_set.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// Copies sites to later batch items: a body of for_each_index.
template <int D>
struct CopyToLaterItems {
  Coordinate<D> const* from;
  std::int32_t later;
  Coordinate<D>* to;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const {
    to[i] = from[i];
    to[i].batch += later;
  }
};

/// Copies numbers: a body of for_each_index.
template <class Number>
struct CopyNumbers {
  Number const* from;
  Number* to;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const { to[i] = from[i]; }
};

/// The grid that the batch items of several tensors have together.
///
/// Throws: ShapeError if there are no tensors, or they differ in shape or channels; CapacityError for more than 2^31 - 1 items or
///         sites.
template <Element T, int D, MemorySpace Memory>
Grid<D> joined_grid(std::span<SparseTensor<T, D, Memory> const> tensors) {
  if (tensors.empty()) throw ShapeError("join_batch: there are no tensors; give one at least");
  SparseTensor<T, D, Memory> const& first = tensors.front();
  std::int64_t items = 0;
  std::int64_t sites = 0;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    SparseTensor<T, D, Memory> const& tensor = tensors[i];
    if (tensor.channels() != first.channels() || tensor.grid().shape != first.grid().shape) {
      throw ShapeError({"join_batch: tensor ", i, " has ", tensor.channels(), " channels on the shape ",
                        to_string(tensor.grid().shape), ", tensor 0 has ", first.channels(), " on ",
                        to_string(first.grid().shape), "; a batch has one number of channels and one shape"});
    }
    items += tensor.grid().batch_size;
    sites += tensor.size();
  }
  check_site_count(sites, "join_batch");
  if (items > std::numeric_limits<std::int32_t>::max()) {
    throw CapacityError({"join_batch: ", items, " batch items; they are numbered up to 2^31 - 1, so join fewer"});
  }
  return {.shape = first.grid().shape, .batch_size = static_cast<std::int32_t>(items)};
}

/// Puts tensors behind one another in one batch: the items of the first, then those of the second, and so on.
///
/// Shapes: N_i sites of C channels in B_i items each, on one shape; result: the sum of the N_i rows, in the sum of the B_i items. The
///         rows of each tensor stay together and in order.
/// Order:  `seq` and `cpu` wait for the result; a device policy does not.
/// Bits:   features are copied.
/// Throws: ShapeError if there are no tensors, or they differ in shape or channels; CapacityError for more than 2^31 - 1 items or
///         sites.
template <ExecutionPolicy Policy, Element T, int D, MemorySpace Memory>
SparseTensor<T, D, Memory> join_batch(Policy const& where, std::span<SparseTensor<T, D, Memory> const> tensors) {
  check_reach<Policy, Memory>();
  Grid<D> const grid = joined_grid(tensors);
  std::int64_t const channels = tensors.front().channels();
  std::int64_t count = 0;
  for (SparseTensor<T, D, Memory> const& tensor : tensors) count += tensor.size();
  Buffer<Coordinate<D>, Memory> sites(where.memory(), count);
  Buffer<T, Memory> features(where.memory(), feature_count(count, channels, "join_batch"));
  Box<D> box;
  std::int64_t row = 0;
  std::int32_t items = 0;
  for (SparseTensor<T, D, Memory> const& tensor : tensors) {
    for_each_index(where, tensor.size(), CopyToLaterItems<D>{tensor.sites().data(), items, sites.data() + row});
    for_each_index(where, tensor.features().size(),
                   CopyNumbers<T>{tensor.features().data, features.data() + row * channels});
    if (!tensor.sites().empty()) {
      Box<D> moved = tensor.sites().bounding_box();
      moved.low[0] += items;
      moved.high[0] += items;
      box.include(moved);
    }
    row += tensor.size();
    items += tensor.grid().batch_size;
  }
  return {SiteSet<D, Memory>(grid, std::move(sites), box), channels, std::move(features)};
}

/// The same of a list of them.
template <ExecutionPolicy Policy, Element T, int D, MemorySpace Memory>
SparseTensor<T, D, Memory> join_batch(Policy const& where, std::vector<SparseTensor<T, D, Memory>> const& tensors) {
  return join_batch(where, std::span<SparseTensor<T, D, Memory> const>(tensors));
}

}  // namespace sparseconv::inline v0_1

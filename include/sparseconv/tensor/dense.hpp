#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/primitive/fill.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/copy_to.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv {

/// An array with a number for every cell of a bounded grid, in the order of dense libraries.
///
/// Shapes: batch x channels x extents (NCHW for D = 2, NCDHW for D = 3), row-major.
template <Element T, int D, MemorySpace Memory = HostMemory>
struct DenseTensor {
  std::array<std::int64_t, static_cast<std::size_t>(D) + 2> shape{};
  Buffer<T, Memory> values;

  /// The number at a batch item, a channel and a position; all inside the shape.
  [[nodiscard]] T const& at(std::int64_t channel, Coordinate<D> const& where) const requires(Memory::host_reads) {
    std::int64_t index = where.batch * shape[1] + channel;
    for (std::size_t axis = 0; axis < static_cast<std::size_t>(D); ++axis) {
      index = index * shape[axis + 2] + where.position[axis];
    }
    return values[index];
  }
};

/// The number of values of a dense shape.
/// Throws: ShapeError if an extent is negative; CapacityError if the product exceeds 2^63 - 1.
template <std::size_t Axes>
std::int64_t dense_size(std::array<std::int64_t, Axes> const& shape, std::string const& call) {
  std::int64_t size = 1;
  for (std::int64_t const extent : shape) {
    if (extent < 0)
      throw ShapeError(call + ": an extent of " + std::to_string(extent) + "; extents cannot be negative");
    if (extent == 0) return 0;
  }
  for (std::int64_t const extent : shape) {
    if (size > std::numeric_limits<std::int64_t>::max() / extent) {
      throw CapacityError(call + ": the dense array has more than 2^63 - 1 values; convert a part of the grid");
    }
    size *= extent;
  }
  return size;
}

/// A dense array in the memory of a device policy. Order, Throws: as copy_to of a tensor.
template <DevicePolicy Policy, Element T, int D>
DenseTensor<T, D, typename Policy::Memory> copy_to(Policy const& where, DenseTensor<T, D> const& host) {
  return {host.shape, copy_to(where, host.values)};
}

/// A dense array of a device on the host. Waits for the result.
template <DevicePolicy Policy, Element T, int D>
DenseTensor<T, D> copy_to_host(Policy const& where, DenseTensor<T, D, typename Policy::Memory> const& device) {
  return {device.shape, copy_to_host(where, device.values)};
}

/// Writes the channels of row i where the dense array has them.
template <Element T, int D>
struct WriteRowDense {
  Coordinate<D> const* sites;
  T const* features;
  std::int64_t channels;
  Shape<D> shape;
  std::int64_t cells;  // of one channel of one batch item
  T* values;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const {
    Coordinate<D> const& site = sites[i];
    std::int64_t cell = 0;
    for (int axis = 0; axis < D; ++axis) cell = cell * shape[axis] + site.position[static_cast<std::size_t>(axis)];
    for (std::int64_t c = 0; c < channels; ++c) {
      values[(site.batch * channels + c) * cells + cell] = features[i * channels + c];
    }
  }
};

/// Writes a tensor out as a dense array, zeros where no site is.
///
/// Shapes: see DenseTensor; the grid must be bounded.
/// Order:  `seq` and `cpu` wait for the result, a device policy does not.
/// Throws: ShapeError if the grid is unbounded; CapacityError or std::bad_alloc if the array is too large.
template <ExecutionPolicy Policy, Element T, int D, MemorySpace Memory>
DenseTensor<T, D, Memory> to_dense(Policy const& where, SparseTensor<T, D, Memory> const& tensor) {
  check_reach<Policy, Memory>();
  Grid<D> const& grid = tensor.grid();
  if (!grid.shape.bounded()) {
    throw ShapeError("to_dense: the tensor's grid is unbounded; make it with a shape");
  }
  DenseTensor<T, D, Memory> dense;
  dense.shape[0] = grid.batch_size;
  dense.shape[1] = tensor.channels();
  std::int64_t cells = 1;  // the product is checked by dense_size
  for (int axis = 0; axis < D; ++axis) dense.shape[static_cast<std::size_t>(axis) + 2] = grid.shape[axis];
  dense.values = Buffer<T, Memory>(where.memory(), dense_size(dense.shape, "to_dense"));
  if (dense.values.empty()) return dense;
  for (int axis = 0; axis < D; ++axis) cells *= grid.shape[axis];

  for_each_index(where, dense.values.size(), Fill<T>{dense.values.data(), T{0}});
  for_each_index(where, tensor.size(),
                 WriteRowDense<T, D>{tensor.sites().data(), tensor.features().data, tensor.channels(), grid.shape,
                                     cells, dense.values.data()});
  return dense;
}

/// The grid of a dense array.
/// Throws: ShapeError if there is not one value for each cell and channel, or an extent is not in [1, 2^31).
template <std::size_t Axes>
Grid<static_cast<int>(Axes) - 2> grid_of_dense(std::array<std::int64_t, Axes> const& shape, std::int64_t values) {
  constexpr int D = static_cast<int>(Axes) - 2;
  std::int64_t const size = dense_size(shape, "from_dense");
  if (values != size) {
    throw ShapeError("from_dense: " + std::to_string(values) + " values for a shape of " + std::to_string(size) +
                     "; give one for each cell and channel");
  }
  std::array<std::int32_t, static_cast<std::size_t>(D)> extents{};
  for (std::size_t axis = 0; axis < extents.size(); ++axis) {
    if (!std::in_range<std::int32_t>(shape[axis + 2])) {
      throw ShapeError("from_dense: an extent of " + std::to_string(shape[axis + 2]) +
                       "; coordinates are 32 bits wide, so split the array");
    }
    extents[axis] = static_cast<std::int32_t>(shape[axis + 2]);
  }
  if (!std::in_range<std::int32_t>(shape[0])) {
    throw ShapeError("from_dense: a batch of " + std::to_string(shape[0]) + "; batch indices are 32 bits wide");
  }
  Grid<D> const grid{.shape = PerAxis<D>(extents), .batch_size = static_cast<std::int32_t>(shape[0])};
  check_grid(grid, "from_dense");
  return grid;
}

/// The sites of a dense array where at least one channel is not zero, with all their channels.
///
/// Shapes: see DenseTensor; the result's grid is bounded.
/// Order:  waits for the result.
/// Throws: ShapeError if values does not fit the shape, or an extent is not in [1, 2^31).
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

}  // namespace sparseconv

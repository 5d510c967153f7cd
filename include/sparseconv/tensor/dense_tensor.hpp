#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "sparseconv/error.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/tensor/coordinate.hpp"
#include "sparseconv/tensor/copy_to.hpp"
#include "sparseconv/tensor/grid.hpp"

namespace sparseconv::inline v0_1 {

/// An array with a number for every cell of a bounded grid, in the order of dense libraries.
///
/// Shapes: batch x channels x extents (NCHW for D = 2, NCDHW for D = 3), row-major.
template <Element T, int D, MemorySpace Memory = HostMemory>
struct DenseTensor {
  std::array<std::int64_t, static_cast<std::size_t>(D) + 2> shape{};  ///< batch, channels, extents
  Buffer<T, Memory> values;                                           ///< row-major, as many as the shape says

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
std::int64_t dense_size(std::array<std::int64_t, Axes> const& shape, std::string_view call) {
  std::int64_t size = 1;
  for (std::int64_t const extent : shape) {
    if (extent < 0) throw ShapeError({call, ": an extent of ", extent, "; extents cannot be negative"});
    if (extent == 0) return 0;
  }
  for (std::int64_t const extent : shape) {
    if (size > std::numeric_limits<std::int64_t>::max() / extent) {
      throw CapacityError({call, ": the dense array has more than 2^63 - 1 values; convert a part of the grid"});
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

/// Throws: ShapeError if there is not one value for each cell and channel; what dense_size throws.
template <std::size_t Axes>
void check_dense_values(std::array<std::int64_t, Axes> const& shape, std::int64_t values, std::string_view call) {
  std::int64_t const size = dense_size(shape, call);
  if (values == size) return;
  throw ShapeError({call, ": ", values, " values for a shape of ", size, "; give one for each cell and channel"});
}

/// The grid of a dense array.
/// Throws: ShapeError if there is not one value for each cell and channel, or an extent is not in [1, 2^31).
template <std::size_t Axes>
Grid<static_cast<int>(Axes) - 2> grid_of_dense(std::array<std::int64_t, Axes> const& shape, std::int64_t values) {
  constexpr int D = static_cast<int>(Axes) - 2;
  check_dense_values(shape, values, "from_dense");
  std::array<std::int32_t, static_cast<std::size_t>(D)> extents{};
  for (std::size_t axis = 0; axis < extents.size(); ++axis) {
    if (!std::in_range<std::int32_t>(shape[axis + 2])) {
      throw ShapeError(
          {"from_dense: an extent of ", shape[axis + 2], "; coordinates are 32 bits wide, so split the array"});
    }
    extents[axis] = static_cast<std::int32_t>(shape[axis + 2]);
  }
  if (!std::in_range<std::int32_t>(shape[0])) {
    throw ShapeError({"from_dense: a batch of ", shape[0], "; batch indices are 32 bits wide"});
  }
  Grid<D> const grid{.shape = PerAxis<D>(extents), .batch_size = static_cast<std::int32_t>(shape[0])};
  check_grid(grid, "from_dense");
  return grid;
}

}  // namespace sparseconv::inline v0_1

#pragma once

#include <cstdint>
#include <span>

#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/points/point_cloud.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/copy_to.hpp"

namespace sparseconv::inline v0_1 {

/// The values of a point cloud in the memory of a device. Shapes: values size() x columns, as PointCloud has them.
template <MemorySpace Memory>
struct DevicePointCloud {
  std::int64_t columns = 3;
  Buffer<float, Memory> values = {};

  /// The number of points.
  [[nodiscard]] std::int64_t size() const noexcept { return columns > 0 ? values.size() / columns : 0; }
  [[nodiscard]] MatrixView<float const, Memory> view() const noexcept { return {values.data(), size(), columns}; }
};

/// A point cloud in the memory of a device policy, without the names of its columns. Order, Throws: as copy_to of an array.
template <DevicePolicy Policy>
DevicePointCloud<typename Policy::Memory> copy_to(Policy const& where, PointCloud const& host) {
  return {host.columns, copy_to(where, std::span<float const>(host.values))};
}

}  // namespace sparseconv::inline v0_1

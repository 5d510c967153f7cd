#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/points/point_cloud.hpp"
#include "sparseconv/points/point_reader.hpp"
#include "sparseconv/points/strided_points.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/copy_to.hpp"

namespace sparseconv::inline v0_1 {

/// The values of a point cloud in the memory of a device. Shapes: values size() x columns and an
/// offset, as PointCloud has them.
template <MemorySpace Memory>
struct DevicePointCloud {
  std::int64_t columns = 3;           ///< numbers of a point
  Buffer<float, Memory> values = {};  ///< point by point
  std::array<double, 3> offset = {};  ///< what x, y and z are relative to

  /// The number of points. Throws: ShapeError if the values do not make whole points.
  [[nodiscard]] std::int64_t size() const { return rows_of_cloud(values.size(), columns, "DevicePointCloud::size"); }
  /// The values as a matrix. Throws: what size() throws.
  [[nodiscard]] MatrixView<float const, Memory> view() const {
    return {values.data(), rows_of_cloud(values.size(), columns, "DevicePointCloud::view"), columns};
  }
};

/// A point cloud in the memory of a device policy, without the names of its columns. Order: as copy_to of an array.
///
/// Throws:  ShapeError if the values do not make whole points; what copy_to of an array throws.
template <DevicePolicy Policy>
DevicePointCloud<typename Policy::Memory> copy_to(Policy const& where, PointCloud const& host) {
  static_cast<void>(rows_of_cloud(static_cast<std::int64_t>(host.values.size()), host.columns, "copy_to"));
  return {host.columns, copy_to(where, std::span<float const>(host.values)), host.offset};
}

/// The same of points that lie in memory in any arrangement: of their point_cloud_of, as a device has no use for their bytes.
template <DevicePolicy Policy>
DevicePointCloud<typename Policy::Memory> copy_to(Policy const& where, StridedPoints const& host) {
  return copy_to(where, point_cloud_of(host));
}

}  // namespace sparseconv::inline v0_1

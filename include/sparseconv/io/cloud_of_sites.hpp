#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/memory/memory_space.hpp"
#include "sparseconv/points/point_cloud.hpp"
#include "sparseconv/tensor/coordinate.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// Sites with their features as points, as write_ply, write_pcd and write_npy take them.
///
/// Shapes:  N sites of C channels become N points of 4 + C columns: x, y, z, batch, f0, f1 and so on. The axes of a tensor are z, y, x,
///          as voxelize makes them.
/// Units:   cells; the centres in metres are those of the grid that the sites came from.
/// Order:   that of the sites.
/// Throws:  CoordinateError if a coordinate is beyond 2^24 cells, which float does not count one by one.
template <class T>
[[nodiscard]] PointCloud cloud_of_sites(SparseTensor<T, 3, HostMemory> const& tensor) {
  constexpr std::int32_t furthest = 1 << 24;
  PointCloud cloud{.columns = 4 + tensor.channels(), .names = {"x", "y", "z", "batch"}};
  for (std::int64_t channel = 0; channel < tensor.channels(); ++channel)
    cloud.names.push_back("f" + std::to_string(channel));
  cloud.values.reserve(static_cast<std::size_t>(tensor.size() * cloud.columns));
  for (std::int64_t i = 0; i < tensor.size(); ++i) {
    Coordinate<3> const coordinate = tensor.sites().coordinates()[static_cast<std::size_t>(i)];
    auto const& [z, y, x] = coordinate.position;
    for (std::int32_t const cell : {x, y, z, coordinate.batch}) {
      if (cell > furthest || cell < -furthest)
        throw CoordinateError({"cloud_of_sites: site ", i, " is ", to_string(coordinate),
                               ", a float counts cells up to ", furthest,
                               "; write such sites by write_npz, as whole numbers"});
      cloud.values.push_back(static_cast<float>(cell));
    }
    T const* const row = tensor.features().row_data(i);
    for (std::int64_t channel = 0; channel < tensor.channels(); ++channel)
      cloud.values.push_back(static_cast<float>(row[channel]));
  }
  return cloud;
}

}  // namespace sparseconv::inline v0_1

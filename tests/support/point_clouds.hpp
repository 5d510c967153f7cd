#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "sparseconv/points/point_cloud.hpp"
#include "sparseconv/points/voxel_grid.hpp"
#include "support/random_numbers.hpp"

namespace sparseconv::test {

/// A row of ten voxels along x.
inline constexpr VoxelGrid row_of_ten{.voxel_size = {1, 1, 1}, .low = {0, 0, 0}, .high = {10, 1, 1}};

/// Points of a row with a value that tells them apart: x, 0.5, 0.5, value.
inline PointCloud points_in_a_row(std::vector<std::array<float, 2>> const& points) {
  PointCloud cloud{.columns = 4};
  for (auto const& [x, value] : points) cloud.values.insert(cloud.values.end(), {x, 0.5F, 0.5F, value});
  return cloud;
}

inline constexpr VoxelGrid fine_grid{
    .voxel_size = {0.1F, 0.2F, 0.3F}, .low = {-1.5, -1.6, -1.5}, .high = {1.5, 1.6, 1.5}};

/// Random points in and around the fine grid, some with a NaN.
inline PointCloud random_cloud(std::int64_t count) {
  RandomNumbers random(42);
  PointCloud cloud{.columns = 5};
  for (std::int64_t i = 0; i < count; ++i) {
    for (int c = 0; c < 5; ++c) {
      bool const hole = c < 3 && random.between(0, 99) == 0;
      cloud.values.push_back(hole ? std::numeric_limits<float>::quiet_NaN() : 2 * random.number<float>());
    }
  }
  return cloud;
}

}  // namespace sparseconv::test

#pragma once

#include <cstdint>
#include <string>

#include "sparseconv/points/point_cloud.hpp"
#include "sparseconv/points/voxelized_points.hpp"

namespace scan_input {

/// What became of the points, in a sentence; what was dropped is said by reason.
inline std::string describe_points(sparseconv::PointCloud const& cloud, sparseconv::VoxelizedPoints<> const& voxels) {
  std::string text = std::to_string(cloud.size()) +
                     " points: " + std::to_string(cloud.size() - voxels.dropped.total()) + " in " +
                     std::to_string(voxels.tensor.size()) + " voxels, " + std::to_string(voxels.dropped.out_of_range) +
                     " dropped out of range";
  auto const add = [&](std::int64_t count, char const* reason) {
    if (count > 0) text += ", " + std::to_string(count) + " " + reason;
  };
  add(voxels.dropped.not_finite, "dropped because not finite");
  add(voxels.dropped.over_points_per_voxel, "dropped by --max-points");
  add(voxels.dropped.over_voxels, "dropped by --max-voxels");
  return text;
}

}  // namespace scan_input

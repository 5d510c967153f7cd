#pragma once

#include <cstdio>
#include <nlohmann/json.hpp>
#include <ostream>

#include "encode_scan/measured_run.hpp"
#include "sparseconv/network/profile_json.hpp"

namespace encode_scan {

inline void print_table(std::ostream& out, MeasuredRun const& run) {
  char line[160];
  std::snprintf(line, sizeof line, "voxelize %.2f ms, network %.2f ms; rulebooks and site lists hold %.1f MB\n",
                run.voxelize_ms, run.network_ms(), static_cast<double>(run.index_bytes) / 1e6);
  out << to_string(run.profile) << line;
}

/// The table for programs. Units are in the names.
inline nlohmann::json to_json(sparseconv::PointCloud const& cloud, MeasuredRun const& run, int threads) {
  nlohmann::json table = sparseconv::to_json(run.profile);
  table.update({{"points", cloud.size()},
                {"dropped",
                 {{"out_of_range", run.voxels.dropped.out_of_range},
                  {"not_finite", run.voxels.dropped.not_finite},
                  {"over_points_per_voxel", run.voxels.dropped.over_points_per_voxel},
                  {"over_voxels", run.voxels.dropped.over_voxels}}},
                {"voxels", run.voxels.tensor.size()},
                {"threads", threads},
                {"voxelize_ms", run.voxelize_ms},
                {"index_bytes", run.index_bytes}});
  return table;
}

}  // namespace encode_scan

#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "measure/milliseconds.hpp"
#include "sparseconv/networks.hpp"

namespace encode_scan {

/// A run of the network over one scan, from points to features, with nothing kept from an earlier run.
struct MeasuredRun {
  sparseconv::VoxelizedPoints<> voxels;
  sparseconv::SparseTensor<float, 3> output;
  double voxelize_ms = 0;
  sparseconv::NetworkProfile profile;
  std::int64_t index_bytes = 0;  ///< rulebooks and site sets of all layers together

  [[nodiscard]] double network_ms() const {
    sparseconv::NodeProfile const total = profile.total();
    return total.sites_ms + total.map_ms + total.arithmetic_ms;
  }
  [[nodiscard]] double total_ms() const { return voxelize_ms + network_ms(); }
};

/// Runs an engine of one output over a scan. `before_node` is told what comes next.
template <class Policy>
MeasuredRun run(Policy const& where, sparseconv::PointCloud const& cloud, sparseconv::VoxelGrid const& grid,
                sparseconv::VoxelLimits const& limits, sparseconv::Engine<float, sparseconv::HostMemory> const& engine,
                typename sparseconv::ProfileWatch<Policy>::Progress before_node) {
  MeasuredRun run;
  run.voxelize_ms = measure::milliseconds([&] { run.voxels = sparseconv::voxelize(where, cloud, grid, limits); });
  std::vector<sparseconv::SparseTensor<float, 3>> outputs;
  run.profile = sparseconv::profile(where, engine, run.voxels.tensor, &outputs, std::move(before_node));
  run.index_bytes = run.voxels.tensor.sites().derived_bytes();
  run.output = std::move(outputs.front());
  return run;
}

}  // namespace encode_scan

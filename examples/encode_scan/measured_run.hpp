#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "measure/milliseconds.hpp"
#include "sparseconv/sparseconv.hpp"

namespace encode_scan {

/// One layer's row of the table. Units: operations, milliseconds.
struct LayerRow {
  std::string name;
  std::string kind;
  std::int64_t in_channels;
  std::int64_t out_channels;
  std::int64_t sites;
  std::int64_t pairs;
  double operations;
  double sites_ms;
  double rulebook_ms;
  double arithmetic_ms;
};

/// A run of the encoder over one scan, from points to features, with nothing kept from an earlier run.
struct MeasuredRun {
  sparseconv::VoxelizedPoints<> voxels;
  sparseconv::SparseTensor<float, 3> output;
  double voxelize_ms = 0;
  std::vector<LayerRow> layers;
  std::int64_t index_bytes = 0;  ///< rulebooks and site sets of all layers together

  [[nodiscard]] double total_ms() const {
    double sum = voxelize_ms;
    for (LayerRow const& layer : layers) sum += layer.sites_ms + layer.rulebook_ms + layer.arithmetic_ms;
    return sum;
  }
};

/// Runs the encoder layer by layer. A layer asks for its sites and rulebook first, so that each stage has a time of its own;
/// the layer's call then finds them with the site set. `before_layer` is told the index of each layer.
template <class Policy>
MeasuredRun run(Policy const& where, sparseconv::PointCloud const& cloud, sparseconv::VoxelGrid const& grid,
                sparseconv::VoxelLimits const& limits, sparseconv::SecondEncoder<float> const& encoder,
                std::function<void(std::size_t)> const& before_layer) {
  MeasuredRun run;
  run.voxelize_ms = measure::milliseconds([&] { run.voxels = sparseconv::voxelize(where, cloud, grid, limits); });
  sparseconv::SparseTensor<float, 3> features = run.voxels.tensor;
  for (auto const& layer : encoder.layers()) {
    before_layer(run.layers.size());
    auto const& convolution = layer.convolution;
    LayerRow row{
        .name = layer.name,
        .kind = convolution.definition() == sparseconv::OutputDefinition::submanifold ? "submanifold" : "regular",
        .in_channels = convolution.in_channels(),
        .out_channels = convolution.out_channels(),
        .sites = 0,
        .pairs = 0,
        .operations = 0,
        .sites_ms = 0,
        .rulebook_ms = 0,
        .arithmetic_ms = 0};
    sparseconv::SiteSet<3> outputs;
    row.sites_ms = measure::milliseconds([&] { outputs = convolution.output_sites(where, features.sites()); });
    row.rulebook_ms = measure::milliseconds(
        [&] { row.pairs = convolution.rulebook(where, features.sites(), outputs)->pair_count(); });
    row.arithmetic_ms = measure::milliseconds([&] { features = layer(where, features); });
    row.sites = features.size();
    row.operations = 2.0 * static_cast<double>(row.pairs) * static_cast<double>(row.in_channels * row.out_channels);
    run.layers.push_back(std::move(row));
  }
  run.index_bytes = run.voxels.tensor.sites().derived_bytes();
  run.output = std::move(features);
  return run;
}

}  // namespace encode_scan

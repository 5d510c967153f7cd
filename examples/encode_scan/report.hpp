#pragma once

#include <cstdio>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>

#include "encode_scan/measured_run.hpp"

namespace encode_scan {

/// The sum of all layers, as a row.
inline LayerRow total_of(MeasuredRun const& run) {
  LayerRow total{};
  total.name = "total";
  for (LayerRow const& layer : run.layers) {
    total.pairs += layer.pairs;
    total.operations += layer.operations;
    total.sites_ms += layer.sites_ms;
    total.rulebook_ms += layer.rulebook_ms;
    total.arithmetic_ms += layer.arithmetic_ms;
  }
  return total;
}

/// Operations per nanosecond of arithmetic.
inline double gigaflops(LayerRow const& layer) {
  return layer.arithmetic_ms > 0 ? layer.operations / layer.arithmetic_ms / 1e6 : 0;
}

inline void print_table(std::ostream& out, MeasuredRun const& run) {
  char line[160];
  auto const print = [&](LayerRow const& row, std::string const& channels, std::string const& sites) {
    std::snprintf(line, sizeof line, "%-11s %-12s %9s %9s %9lld %8.3f %9.2f %9.2f %11.2f %8.1f\n", row.name.c_str(),
                  row.kind.c_str(), channels.c_str(), sites.c_str(), static_cast<long long>(row.pairs),
                  row.operations / 1e9, row.sites_ms, row.rulebook_ms, row.arithmetic_ms, gigaflops(row));
    out << line;
  };
  std::snprintf(line, sizeof line, "%-11s %-12s %9s %9s %9s %8s %9s %9s %11s %8s\n", "layer", "", "channels", "sites",
                "pairs", "GFLOP", "sites ms", "rules ms", "arithm. ms", "GFLOP/s");
  out << line;
  for (LayerRow const& row : run.layers) {
    print(row, std::to_string(row.in_channels) + "-" + std::to_string(row.out_channels), std::to_string(row.sites));
  }
  print(total_of(run), "", "");
  std::snprintf(line, sizeof line, "voxelize %.2f ms, encoder %.2f ms; rulebooks and site lists hold %.1f MB\n",
                run.voxelize_ms, run.total_ms() - run.voxelize_ms, static_cast<double>(run.index_bytes) / 1e6);
  out << line;
}

/// The table for programs. Units are in the names.
inline nlohmann::json to_json(sparseconv::PointCloud const& cloud, MeasuredRun const& run, int threads) {
  auto const row_of = [](LayerRow const& layer) {
    return nlohmann::json{{"pairs", layer.pairs},
                          {"gflop", layer.operations / 1e9},
                          {"sites_ms", layer.sites_ms},
                          {"rulebook_ms", layer.rulebook_ms},
                          {"arithmetic_ms", layer.arithmetic_ms},
                          {"gflop_per_s", gigaflops(layer)}};
  };
  nlohmann::json layers = nlohmann::json::array();
  for (LayerRow const& layer : run.layers) {
    nlohmann::json row = row_of(layer);
    row.update({{"name", layer.name},
                {"kind", layer.kind},
                {"in_channels", layer.in_channels},
                {"out_channels", layer.out_channels},
                {"sites", layer.sites}});
    layers.push_back(std::move(row));
  }
  return {{"points", cloud.size()},
          {"dropped",
           {{"out_of_range", run.voxels.dropped.out_of_range},
            {"not_finite", run.voxels.dropped.not_finite},
            {"over_points_per_voxel", run.voxels.dropped.over_points_per_voxel},
            {"over_voxels", run.voxels.dropped.over_voxels}}},
          {"voxels", run.voxels.tensor.size()},
          {"threads", threads},
          {"voxelize_ms", run.voxelize_ms},
          {"layers", std::move(layers)},
          {"total", row_of(total_of(run))},
          {"index_bytes", run.index_bytes}};
}

}  // namespace encode_scan

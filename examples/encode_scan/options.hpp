#pragma once

#include <CLI/CLI.hpp>
#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "sparseconv/io/records.hpp"
#include "sparseconv/points/voxelize.hpp"

namespace encode_scan {

/// What the command line says.
struct Options {
  std::string file;  ///< empty: simulate a scan
  sparseconv::RecordFormat records;
  std::string array;
  sparseconv::VoxelGrid grid{
      .voxel_size = {0.05F, 0.05F, 0.1F}, .low = {-40, -40, -3}, .high = {40, 40, 1}, .extra_slices = 1};
  sparseconv::VoxelLimits limits;
  int threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  int repeat = 3;
  std::uint64_t seed = 1;
  std::string output = "encode_scan.png";
  std::string json;
};

/// Declares the options on the command line `app` is to parse; `options` must outlive it.
inline void declare_options(CLI::App& app, Options& options) {
  std::vector<float> const voxel(options.grid.voxel_size.begin(), options.grid.voxel_size.end());
  app.add_option("file", options.file,
                 "A scan: .bin (float32 records), .npy, .npz, .ply or .pcd. Without one a scan is simulated.");
  app.add_option("--columns", options.records.columns, "Numbers in a record of a .bin file, 3 to 6")
      ->check(CLI::Range(3, 6))
      ->capture_default_str();
  app.add_flag_callback(
      "--float16", [&options] { options.records.element = sparseconv::RecordElement::float16; },
      "The numbers of a .bin file have 16 bits");
  app.add_option("--array", options.array, "Which array of a .npz file, if its name or shape does not tell");
  app.add_option("--voxel", options.grid.voxel_size, "Voxel size X,Y,Z in metres")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option_function<std::array<float, 6>>(
         "--range",
         [&options](std::array<float, 6> const& range) {
           std::copy_n(range.begin(), 3, options.grid.low.begin());
           std::copy_n(range.begin() + 3, 3, options.grid.high.begin());
         },
         "X0,Y0,Z0,X1,Y1,Z1 in metres; points outside are dropped and counted")
      ->delimiter(',')
      ->default_str("-40,-40,-3,40,40,1");
  app.add_option("--max-points", options.limits.points_per_voxel, "Points that a voxel takes at most (default: all)")
      ->check(CLI::PositiveNumber);
  app.add_option("--max-voxels", options.limits.voxels, "Voxels at most (default: all)")->check(CLI::PositiveNumber);
  app.add_option("--threads", options.threads, "Threads (default: all cores)")->check(CLI::PositiveNumber);
  app.add_option("--repeat", options.repeat, "Runs, each from nothing; the one of median time is reported")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--seed", options.seed, "Of the weights and of the simulated scan")->capture_default_str();
  app.add_option("--output", options.output, "The picture to write, a PNG")->capture_default_str();
  app.add_option("--json", options.json, "Also write the table to this file, for programs");
}

}  // namespace encode_scan

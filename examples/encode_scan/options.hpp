#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <string>
#include <thread>

#include "command_line/file_checks.hpp"
#include "command_line/number_checks.hpp"
#include "scan_input/scan_options.hpp"
#include "scan_input/scan_source.hpp"
#include "sparseconv/points/voxelized_points.hpp"

namespace encode_scan {

/// What the command line says.
struct Options {
  scan_input::ScanOptions scan;
  sparseconv::VoxelLimits limits;
  int threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  int repeat = 3;
  std::uint64_t seed = 1;
  std::string output = "encode_scan.png";
  std::string json;
};

/// Declares the options on the command line `app` is to parse; `options` must outlive it.
inline void declare_options(CLI::App& app, Options& options) {
  scan_input::declare_scan_options(app, options.scan);
  app.get_option("--range")->default_str("the box of a file's points; -40,-40,-3,40,40,1 of the simulated scan");
  app.add_option("--max-points", options.limits.points_per_voxel, "Points that a voxel takes at most (default: all)")
      ->check(command_line::at_least_one());
  app.add_option("--max-voxels", options.limits.voxels, "Voxels at most (default: all)")
      ->check(command_line::at_least_one());
  app.add_option("--threads", options.threads, "Threads (default: all cores)")->check(command_line::thread_count());
  app.add_option("--repeat", options.repeat, "Runs, each from nothing; the one of median time is reported")
      ->check(command_line::at_least_one())
      ->capture_default_str();
  app.add_option("--seed", options.seed, "Of the weights and of the simulated scan")
      ->check(command_line::seed())
      ->capture_default_str();
  app.add_option("--output", options.output, "The picture to write, a PNG")->capture_default_str();
  app.add_option("--json", options.json, "Also write the table to this file, for programs");
}

/// Checks that files can be put where they should go. Throws: Error.
inline void check_options(Options const& options) {
  command_line::check_files("encode_scan", {{"--output", options.output}, {"--json", options.json}},
                            {{"the scan", options.scan.file}});
}

}  // namespace encode_scan

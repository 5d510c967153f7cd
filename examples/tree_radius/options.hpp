#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <thread>

#include "command_line/file_checks.hpp"
#include "command_line/number_checks.hpp"
#include "scan_input/scan_options.hpp"
#include "scan_input/scan_source.hpp"
#include "tree_radius/tree_voxels.hpp"

namespace tree_radius {

/// What the command line says.
struct Options {
  scan_input::ScanOptions scan;
  std::string weights;
  Up up = Up::z;
  double voxel_size = 0.01;
  std::uint64_t seed = 1;
  int threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  std::string picture = "tree_radius.png";
  std::string points;
};

/// Declares the options on the command line `app` is to parse; `options` must outlive it.
inline void declare_options(CLI::App& app, Options& options) {
  scan_input::declare_scan_file(app, options.scan, "scan", "In metres; without one a tree is simulated.");
  app.add_option("--weights", options.weights,
                 "The trained network: a checkpoint of Smart-Tree (.pt), or arrays of the same names")
      ->required();
  app.add_option("--up", options.up, "Which axis of the scan points up, y or z (default: z)")
      ->transform(CLI::CheckedTransformer(std::map<std::string, Up>{{"y", Up::y}, {"z", Up::z}}));
  app.add_option("--voxel", options.voxel_size, "Side of a voxel in metres; the published network was trained for 0.01")
      ->check(command_line::number_between(1e-6, 1e6))
      ->capture_default_str();
  app.add_option("--seed", options.seed, "Of the simulated tree")->check(command_line::seed())->capture_default_str();
  app.add_option("--threads", options.threads, "How many; all cores unless told")->check(command_line::thread_count());
  app.add_option("--output", options.picture, "The picture, a .png file")->capture_default_str();
  app.add_option("--points", options.points, "Write position, radius and axis of every voxel to this .npz file");
}

/// Checks that files can be put where they should go. Throws: Error.
inline void check_options(Options const& options) {
  command_line::check_files("tree_radius", {{"--output", options.picture}, {"--points", options.points}},
                            {{"the scan", options.scan.file}, {"--weights", options.weights}});
}

}  // namespace tree_radius

#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "command_line/file_checks.hpp"
#include "command_line/number_checks.hpp"
#include "run_network/network_choice.hpp"
#include "run_network/trained.hpp"
#include "scan_input/scan_options.hpp"
#include "scan_input/scan_source.hpp"
#include "sparseconv/policy/instruction_set.hpp"

namespace run_network {

/// What the command line says.
struct Options {
  std::string network;
  scan_input::ScanOptions scan;
  std::string sites;  ///< empty: the input is a scan
  std::string features;
  std::vector<std::int32_t> shape;  ///< of the grid of the sites; empty: it has no bounds
  TrainedOptions trained;
  std::string policy = "cpu";
  std::optional<std::string> instructions;
  std::optional<int> threads;
  std::string element = "float";
  int repeat = 3;
  std::uint64_t seed = 1;
  std::string output;
  std::string save;
  std::string json;
  bool list = false;
  bool parameters = false;
};

/// Declares the options on the command line `app` is to parse; `options` must outlive it.
inline void declare_options(CLI::App& app, Options& options) {
  app.add_option("network", options.network,
                 "One of " + network_names() + "; or a file: .safetensors (as --save writes it) or .onnx");
  scan_input::declare_scan_options(app, options.scan, "scan");
  app.add_option("--sites", options.sites, "Instead of a scan: N x (1 + axes) integers, a .npy file; batch first");
  app.add_option("--features", options.features, "N x C numbers, a .npy file; row i belongs to site i");
  app.add_option("--shape", options.shape, "Extents of the sites' grid, as Z,Y,X (default: no bounds)")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--weights", options.trained.file,
                 "Trained numbers: a checkpoint of PyTorch (.pt, .pth, .ckpt), .safetensors, or .npz");
  app.add_option("--layout", options.trained.layout, "How --weights stores kernels (default: as their shapes say)")
      ->check(CLI::IsMember(layout_names()));
  app.add_option("--prefix", options.trained.prefix, "Before all names in --weights, with its dot (default: found)");
  app.add_option(
         "--axes", options.trained.axes,
         "Whether the kernels of --weights have their axes in the order of the sites (same) or the other way round "
         "(reversed); default: as the project does whose names they have. Of an .onnx: whether its graph runs over the "
         "axes of the sites (same, the default) or is turned round (reversed)")
      ->check(CLI::IsMember({"same", "reversed"}));
  app.add_option("--policy", options.policy, "seq (one thread of plain loops), cpu or gpu")
      ->check(CLI::IsMember({"seq", "cpu", "gpu"}))
      ->capture_default_str();
  app.add_option("--instructions", options.instructions, "Of the policy cpu (default: the fastest that there are)")
      ->check(CLI::IsMember(std::vector<std::string>(sparseconv::instruction_set_names.begin(),
                                                     sparseconv::instruction_set_names.end())));
  app.add_option("--threads", options.threads, "Of the policy cpu (default: all cores)")
      ->check(command_line::thread_count());
  app.add_option("--element", options.element, "Type of features and weights between input and output")
      ->check(CLI::IsMember({"float", "half", "bfloat16", "double"}))
      ->capture_default_str();
  app.add_option("--repeat", options.repeat, "Warm runs after the cold one; their median is reported")
      ->check(command_line::at_least_one())
      ->capture_default_str();
  app.add_option("--seed", options.seed, "Of the weights and of the simulated scan")
      ->check(command_line::seed())
      ->capture_default_str();
  app.add_option("--output", options.output, "Write coordinates and features of the outputs to this .npz file");
  app.add_option("--save", options.save, "Write the network with its numbers to this file, a .safetensors");
  app.add_option("--json", options.json, "Write the profile to this file, for programs, and no table");
  app.add_flag("--list", options.list, "Say which networks there are");
  app.add_flag("--parameters", options.parameters, "Say names and shapes of the network's numbers, and run nothing");
}

/// Checks that the options go together, and that nothing was said which would not be heard.
/// Throws: Error.
inline void check_options(CLI::App const& app, Options const& options, NetworkChoice const& network) {
  auto const refuse = [](std::initializer_list<sparseconv::MessagePart> parts) {
    throw sparseconv::Error("run_network: " + sparseconv::error_message(parts));
  };
  auto const for_cpu = [&](bool given, char const* option) {
    if (given && options.policy != "cpu") {
      refuse({option, " is for --policy cpu, and --policy is ", options.policy, "; leave one of them out"});
    }
  };
  if (options.sites.empty() && !options.features.empty()) {
    refuse({"--features ", options.features, " is given without --sites; give a .npy file of N x ", network.axes + 1,
            " integers, batch first"});
  }
  if (!options.sites.empty() && options.features.empty()) {
    refuse({"--sites ", options.sites, " is given without --features; give a .npy file of N x C numbers"});
  }
  if (options.sites.empty() && !options.shape.empty()) {
    refuse({"--shape is given without --sites; a scan's grid comes from --voxel and --range"});
  }
  if (!options.sites.empty()) {
    if (!options.scan.file.empty()) {
      refuse({"the scan ", options.scan.file, " and --sites ", options.sites, " are given; give one of them"});
    }
    for (char const* const option : {"--columns", "--float16", "--array", "--voxel", "--range"}) {
      if (app.count(option) > 0) refuse({option, " is for scans, and --sites is given; leave one of them out"});
    }
  } else if (network.axes != 3 && (!options.parameters || !options.scan.file.empty())) {
    refuse({network.name, " takes --sites and --features: it works in ", network.axes,
            "-D on the features of pillars, which a point network makes of a scan"});
  }
  if (options.trained.file.empty()) {
    for (char const* const option : {"--layout", "--prefix", "--axes"}) {
      bool const is_heard = std::string_view(option) == "--axes" && options.network.ends_with(".onnx");
      if (app.count(option) > 0 && !is_heard) {
        refuse({option, " says how --weights is read, which is not given; give both, or none"});
      }
    }
  }
  if (app.count("--axes") > 0 && !options.trained.file.empty() && options.network.ends_with(".onnx")) {
    refuse({"--axes would say how ", options.network, " is read and how --weights ", options.trained.file,
            " is; make a file of the network first, by --parameters --save network.safetensors, and run that"});
  }
  if (network.is_xyz && options.sites.empty() && !options.parameters) {
    bool const is_reversed = options.trained.axes == "reversed";
    refuse({network.name, ": by its ScatterDense the graph runs over ", is_reversed ? "z, y, x" : "x, y, z",
            ", and a scan gives voxels over z, y, x; ",
            is_reversed ? "leave --axes reversed out" : "give --axes reversed"});
  }
  for_cpu(options.threads.has_value(), "--threads");
  for_cpu(options.instructions.has_value(), "--instructions");
  if (options.parameters && (!options.output.empty() || !options.json.empty())) {
    refuse({"--parameters runs nothing, so there is nothing for --output or --json to write; leave it out"});
  }
  if (!options.save.empty() && !options.save.ends_with(".safetensors")) {
    refuse({"--save ", options.save, ": a network is saved as .safetensors; give a name that ends so"});
  }
  command_line::check_files("run_network",
                            {{"--json", options.json}, {"--output", options.output}, {"--save", options.save}},
                            {{"the scan", options.scan.file},
                             {"--sites", options.sites},
                             {"--features", options.features},
                             {"--weights", options.trained.file}});
}

}  // namespace run_network

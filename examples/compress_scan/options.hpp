#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "command_line/file_checks.hpp"
#include "command_line/number_checks.hpp"
#include "compress_scan/compressed_scan.hpp"
#include "scan_input/scan_options.hpp"
#include "scan_input/scan_source.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/policy/instruction_set.hpp"

namespace compress_scan {

/// What the command line says, for either way.
struct Options {
  scan_input::ScanOptions scan;  ///< to encode
  std::string compressed;        ///< the file that is written, or read
  std::string sites;             ///< the .npy that decoding writes
  std::string weights;           ///< empty: by random_weights
  std::optional<std::uint64_t> random_weights;
  float step = 64;
  bool metres = false;
  int threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  std::optional<std::string> instructions;
  std::string picture;
  std::string json;
};

inline void declare_common_options(CLI::App& app, Options& options) {
  app.add_option("--weights", options.weights,
                 "The trained codec: a checkpoint of RENO (.pt), or arrays of the same names");
  app.add_option("--random-weights", options.random_weights,
                 "Instead: numbers drawn from this seed, which compress badly and lose nothing")
      ->check(command_line::seed());
  app.add_option("--threads", options.threads, "How many; all cores unless told")->check(command_line::thread_count());
  app.add_option("--instructions", options.instructions,
                 "Of the processor (default: the best that there are); all but portable give the same file")
      ->check(CLI::IsMember(std::vector<std::string>(sparseconv::instruction_set_names.begin(),
                                                     sparseconv::instruction_set_names.end())));
  app.add_option("--json", options.json, "Write what was done, and the milliseconds of each stage, to this file");
}

/// Declares both ways on the command line `app` is to parse; `options` must outlive it.
inline void declare_options(CLI::App& app, Options& options) {
  app.require_subcommand(1);
  CLI::App& encode = *app.add_subcommand("encode", "Makes a small file of a scan");
  scan_input::declare_scan_file(encode, options.scan, "scan", "In metres. The word simulated: a scan is simulated.")
      ->required();
  encode.add_option("file", options.compressed, "The file to write")->required();
  encode.add_option("--step", options.step, "Between sites, in millimetres: posQ of the published codec")
      ->check(command_line::number_between(smallest_step, largest_step))
      ->capture_default_str();
  encode.add_option("--picture", options.picture,
                    "Decode the file again, and draw scan, bits of each level and decoded scan to this .png file");
  declare_common_options(encode, options);
  CLI::App& decode = *app.add_subcommand("decode", "Reads the sites of a scan from such a file");
  decode.add_option("file", options.compressed, "What encode wrote")->required();
  decode.add_option("sites", options.sites, "The .npy file to write: N x 3 int32, x, y, z of each site")->required();
  decode.add_flag("--metres", options.metres, "Write positions in metres instead: N x 3 float32");
  declare_common_options(decode, options);
}

/// Checks that the options go together, and that files can be put where they should go.
/// Throws: Error.
inline void check_options(Options const& options, bool encodes) {
  if (options.weights.empty() == !options.random_weights) {
    throw sparseconv::Error({"compress_scan: ",
                             options.random_weights ? "--weights and --random-weights are both given"
                                                    : "neither --weights nor --random-weights is given",
                             "; give one: the file of the trained codec, or a seed"});
  }
  command_line::NamedFile const compressed{"the compressed file", options.compressed};
  command_line::NamedFile const sites{"the sites", options.sites};
  command_line::NamedFile const scan{"the scan", options.scan.file == "simulated" ? "" : options.scan.file};
  for (auto const& [name, file] :
       {compressed, encodes ? command_line::NamedFile{"the scan", options.scan.file} : sites}) {
    if (file.empty()) throw sparseconv::Error({"compress_scan: no file is named for ", name, "; give its path"});
  }
  command_line::check_files("compress_scan",
                            {encodes ? compressed : sites, {"--json", options.json}, {"--picture", options.picture}},
                            {encodes ? scan : compressed, {"--weights", options.weights}});
}

}  // namespace compress_scan

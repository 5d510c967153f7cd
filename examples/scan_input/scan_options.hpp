#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "scan_input/scan_source.hpp"
#include "sparseconv/io/read_point_cloud.hpp"

namespace scan_input {

/// Declares what tells which scan to read, and how; `options` must outlive the parse. The scan is the positional argument `name`, which
/// is returned; `more` ends its description.
inline CLI::Option* declare_scan_file(CLI::App& app, ScanOptions& options, std::string const& name,
                                      std::string const& more) {
  std::string texts;
  for (std::string_view const extension : sparseconv::text_extensions)
    texts.append(texts.empty() ? "" : ", ").append(extension);
  CLI::Option* const file =
      app.add_option(name, options.file,
                     "A scan: .bin (float32 records), .npy, .npz, .ply, .pcd, .las, or a text: " + texts + ". " + more);
  app.add_option("--columns", options.records.columns, "Numbers in a record of a .bin file, 3 to 256")
      ->check(CLI::Range(3, 256))
      ->capture_default_str();
  app.add_flag_callback(
      "--float16", [&options] { options.records.element = sparseconv::RecordElement::float16; },
      "The numbers of a .bin file have 16 bits");
  app.add_flag_callback(
      "--float64", [&options] { options.records.element = sparseconv::RecordElement::float64; },
      "The numbers of a .bin file have 64 bits");
  app.add_option("--fields", options.records.fields,
                 "The record of a .bin file, as in \"f4 x, f4 y, f4 z, u1 intensity, u2 ring, f8 time\"; _ is padding");
  app.add_option("--names", options.text.names, "The columns of a text, as in \"x y z _ intensity\"; _ is passed over");
  app.add_option(
      "--separator", options.text.separator,
      "What stands between the values of a text, where it is no semicolon, comma, tab or blank, as in \"|\"");
  app.add_option("--array", options.array, "Which array of a .npz file, if its name or shape does not tell");
  return file;
}

/// Declares which scan to read and how to cut it into voxels; `options` must outlive the parse. The scan is the positional argument
/// `name`.
inline void declare_scan_options(CLI::App& app, ScanOptions& options, std::string const& name = "file") {
  declare_scan_file(app, options, name, "Without one a scan is simulated.");
  app.add_option("--voxel", options.grid.voxel_size, "Voxel size X,Y,Z in metres")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option_function<std::array<double, 6>>(
         "--range",
         [&options](std::array<double, 6> const& range) {
           std::copy_n(range.begin(), 3, options.grid.low.begin());
           std::copy_n(range.begin() + 3, 3, options.grid.high.begin());
           options.has_range = true;
         },
         "X0,Y0,Z0,X1,Y1,Z1 in metres; points outside are dropped and counted")
      ->delimiter(',')
      ->default_str("-40,-40,-3,40,40,1");
}

}  // namespace scan_input

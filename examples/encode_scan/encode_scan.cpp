// Runs the middle extractor of SECOND over a laser scan, prints what every layer did and took, and draws the result.

#include <algorithm>
#include <cstdio>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "command_line/terminal.hpp"
#include "command_line/write_file.hpp"
#include "drawing/panels.hpp"
#include "encode_scan/birds_eye_view.hpp"
#include "encode_scan/box_of_points.hpp"
#include "encode_scan/measured_run.hpp"
#include "encode_scan/options.hpp"
#include "encode_scan/report.hpp"
#include "scan_input/points_out_of_range.hpp"
#include "scan_input/scan_source.hpp"
#include "sparseconv/io/png.hpp"

namespace sc = sparseconv;

namespace encode_scan {

/// The strongest response of all channels and heights at each place of the ground: rows along y, columns along x.
std::vector<float> strongest_responses(sc::SparseTensor<float, 3> const& output) {
  auto const rows = static_cast<std::size_t>(output.grid().shape[1]);
  auto const columns = static_cast<std::size_t>(output.grid().shape[2]);
  std::vector<float> strongest(rows * columns, 0.0F);
  for (auto const& [site, responses] : sc::site_rows(output)) {
    auto const cell = static_cast<std::size_t>(site.position[1]) * columns + static_cast<std::size_t>(site.position[2]);
    strongest[cell] = std::max(strongest[cell], *std::ranges::max_element(responses));
  }
  return strongest;
}

sc::Picture draw(sc::PointCloud const& cloud, MeasuredRun const& run, sc::VoxelGrid const& grid, double ground) {
  constexpr double panel_pixels = 800;
  constexpr int stride = 8;  // of the network along x and y
  double const longest = std::max(grid.high[0] - grid.low[0], grid.high[1] - grid.low[1]);
  GroundWindow const window{.x_min = grid.low[0],
                            .y_min = grid.low[1],
                            .x_max = grid.high[0],
                            .y_max = grid.high[1],
                            .pixels_per_metre = panel_pixels / longest};
  auto const& shape = run.output.grid().shape;
  return drawing::side_by_side(
      scan_view(cloud, window, ground),
      response_view(strongest_responses(run.output), shape[1], shape[2], stride * double{grid.voxel_size[0]},
                    stride * double{grid.voxel_size[1]}, window));
}

void encode(Options const& options) {
  sc::PointCloud const cloud = scan_input::load_scan(options.scan, options.seed);
  std::cout << (options.scan.file.empty() ? "simulated scan" : options.scan.file) << ", " << options.threads
            << " thread" << (options.threads == 1 ? "" : "s") << '\n';
  sc::VoxelGrid grid = options.scan.grid;
  double ground = -1.73;  // under a scanner on a car
  if (!options.scan.file.empty() && !options.scan.has_range) {
    grid = over_box_of(cloud, grid);
    ground = grid.low[2];
    std::cout << sc::error_message({"no --range: the box of the points is taken, --range ", grid.low[0], ",",
                                    grid.low[1], ",", grid.low[2], ",", grid.high[0], ",", grid.high[1], ",",
                                    grid.high[2], "\n"});
  }

  auto const where = sc::cpu.threads(options.threads);
  sc::Network const network = sc::second(cloud.columns, options.seed);
  auto const engine = sc::prepare<float>(where, network);

  bool const terminal = command_line::stderr_is_a_terminal();
  std::vector<MeasuredRun> times;  // of every run, without its tensors
  MeasuredRun result;
  for (int i = 0; i < options.repeat; ++i) {
    result = {};  // its memory goes back to the policy's pool, as in a program that takes scan after scan
    result = run(where, cloud, grid, options.limits, engine, [&](sc::NodeProfile const& node) {
      if (!terminal) return;
      std::fprintf(stderr, "\r\033[Krun %d of %d: %s", i + 1, options.repeat, node.name.c_str());
    });
    times.push_back({.voxels = {}, .output = {}, .voxelize_ms = result.voxelize_ms, .profile = result.profile});
  }
  if (terminal) std::fputs("\r\033[K", stderr);
  auto const middle = times.begin() + options.repeat / 2;
  std::nth_element(times.begin(), middle, times.end(),
                   [](MeasuredRun const& a, MeasuredRun const& b) { return a.total_ms() < b.total_ms(); });
  result.voxelize_ms = middle->voxelize_ms;
  result.profile = middle->profile;

  if (std::string const warning = scan_input::warn_of_range(cloud, grid, result.voxels.dropped); !warning.empty()) {
    std::cerr << warning << '\n';
  }
  std::cout << to_string(result.voxels) << '\n'
            << "SECOND middle extractor, " << network.parameter_count() << " parameters (untrained), grid "
            << to_string(result.voxels.tensor.grid().shape) << " to " << to_string(result.output.grid().shape) << '\n';
  print_table(std::cout, result);

  sc::write_png(options.output, draw(cloud, result, grid, ground));
  std::cout << "picture: " << options.output << '\n';
  if (!options.json.empty()) {
    command_line::write_file("encode_scan", options.json, to_json(cloud, result, options.threads).dump(2) + "\n");
  }
}

}  // namespace encode_scan

int main(int argc, char** argv) {
  CLI::App app(
      "Runs a sparse 3-D network over a laser scan: the scan and the strongest responses go into a picture, "
      "the work of every layer into a table.");
  encode_scan::Options options;
  encode_scan::declare_options(app, options);
  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& error) {
    return app.exit(error) == 0 ? 0 : 1;
  }
  try {
    encode_scan::check_options(options);
    encode_scan::encode(options);
  } catch (std::exception const& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  return 0;
}

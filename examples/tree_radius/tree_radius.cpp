// Finds the radius of a tree's branches, and their axes, with the network that Smart-Tree's authors trained, and draws them.

#include <chrono>
#include <cstdint>
#include <exception>
#include <iostream>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "drawing/panels.hpp"
#include "sparseconv/compiled_networks.hpp"
#include "sparseconv/io/png.hpp"
#include "sparseconv/models/name_tables.hpp"
#include "sparseconv/models/tree_unet.hpp"
#include "sparseconv/network/bind_parameters.hpp"
#include "sparseconv/weights/read_arrays.hpp"
#include "sparseconv/weights/write_npz_arrays.hpp"
#include "tree_radius/branches.hpp"
#include "tree_radius/options.hpp"
#include "tree_radius/simulated_tree.hpp"
#include "tree_radius/tree_view.hpp"

namespace sc = sparseconv;

namespace tree_radius {

/// The radii that a simulated tree has; its voxels have them as a fourth column.
std::vector<float> true_radii(sc::SparseTensor<float, 3> const& voxels) {
  std::vector<float> radii;
  for (std::int64_t row = 0; row < voxels.size(); ++row) radii.push_back(voxels.features().row(row)[3]);
  return radii;
}

void run(Options const& options) {
  bool const simulated = options.scan.file.empty();
  UprightScan const scan =
      put_upright(simulated ? simulate_tree({.seed = options.seed}) : scan_input::load_scan(options.scan, options.seed),
                  simulated ? Up::z : options.up, options.voxel_size);
  sc::Network network = sc::tree_unet(3);
  sc::BindReport const report =
      bind_parameters(network, sc::read_arrays(options.weights), {.tables = name_tables(network)});

  auto const where = sc::cpu.threads(options.threads);
  auto const engine = sc::prepare<float>(where, network);
  auto const begin = std::chrono::steady_clock::now();
  auto const voxels = sc::voxelize(where, scan.points, scan.grid);
  auto const input = positions(voxels.tensor);
  auto const outputs = engine.run(where, input);
  std::chrono::duration<double, std::milli> const time = std::chrono::steady_clock::now() - begin;

  Branches const branches = read_branches(input, outputs);
  std::optional<std::vector<float>> truth;
  if (simulated) truth = true_radii(voxels.tensor);
  std::cout << (simulated ? "simulated tree" : options.scan.file) << ", " << to_string(voxels) << '\n'
            << options.weights << ": " << report << options.threads << " thread" << (options.threads == 1 ? "" : "s")
            << ", " << time.count() << " ms from points to radii\n"
            << radius_table(branches.radii, truth) << branches.leaves << " of " << input.size()
            << " voxels look like leaves\n";

  TreeWindow const window = window_about(input.features(), 800);
  sc::Picture picture = side_view(input.features(), branches.radii, options.voxel_size, window);
  if (truth) {
    picture = drawing::side_by_side(side_view(input.features(), *truth, options.voxel_size, window), picture);
  }
  sc::write_png(options.picture, with_legend(picture));
  std::cout << "picture: " << options.picture << (truth ? " (left the true radius, right the radius found)\n" : "\n");
  if (!options.points.empty()) {
    sc::write_npz_arrays(options.points, point_arrays(input, branches, scan.placing));
    std::cout << "points: " << options.points << '\n';
  }
}

}  // namespace tree_radius

int main(int argc, char** argv) {
  CLI::App app("Finds the radius of a tree's branches with Smart-Tree's trained network, and draws them.");
  tree_radius::Options options;
  tree_radius::declare_options(app, options);
  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& error) {
    return app.exit(error) == 0 ? 0 : 1;
  }
  try {
    tree_radius::check_options(options);
    tree_radius::run(options);
  } catch (std::bad_alloc const&) {
    std::cerr << "tree_radius: there is not enough memory; take a smaller scan, or larger voxels\n";
    return 1;
  } catch (std::exception const& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  return 0;
}

#pragma once

#include <cstdint>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "run_network/network_choice.hpp"
#include "run_network/site_list.hpp"
#include "scan_input/points_out_of_range.hpp"
#include "scan_input/scan_source.hpp"
#include "sparseconv/points/voxelize.hpp"
#include "sparseconv/weights/npy_array.hpp"

namespace run_network {

/// What a network is to be run over, and where it came from in a sentence.
struct Input {
  SiteList list;
  std::string words;
};

/// Reads sites and features for a network. The grid has the shape that is told, else the one that the network's file states, else no
/// bounds.
///
/// Throws: ShapeError if the arrays have other shapes than the network's axes and each other say, or `shape` has another count of
///         numbers than there are axes; FormatError if a file is none, or sites are no int32.
inline Input read_sites(NetworkChoice const& network, std::string const& sites_path, std::string const& features_path,
                        std::vector<std::int32_t> const& shape) {
  using sparseconv::ShapeError;
  sparseconv::Array const sites = sparseconv::read_npy_array(sites_path);
  std::int64_t const row = network.axes + 1;
  if (sites.shape.size() != 2 || sites.shape[1] != row) {
    throw ShapeError({"run_network: --sites ", sites_path, " has the shape ", sparseconv::tuple_text(sites.shape), "; ",
                      network.name, " has ", network.axes, " axes and takes N x ", row, ": the batch, then ",
                      network.axes == 3 ? "z, y, x" : "y, x"});
  }
  sparseconv::Array const features = sparseconv::read_npy_array(features_path);
  if (features.shape.size() != 2 || features.shape[0] != sites.shape[0] || features.shape[1] < 1) {
    throw ShapeError({"run_network: --features ", features_path, " has the shape ",
                      sparseconv::tuple_text(features.shape), " for ", sites.shape[0],
                      " sites; give a row for each site, of one channel at least"});
  }
  if (!shape.empty() && static_cast<int>(shape.size()) != network.axes) {
    throw ShapeError({"run_network: --shape ", sparseconv::joined_integers(shape, ","), " has ", shape.size(),
                      " numbers, and ", network.name, " has ", network.axes, " axes; give one number for each"});
  }
  Input input{{.axes = network.axes,
               .coordinates = sites.values_as<std::int32_t>("run_network: --sites " + sites_path),
               .channels = features.shape[1],
               .features = features.values_as<float>("run_network: --features " + features_path),
               .shape = shape.empty() ? network.shape : shape},
              {}};
  input.words = sparseconv::error_message({sites_path, ": ", input.list.size(), " sites"});
  return input;
}

/// The voxels of a scan; their features are the means of its columns.
/// Throws: as load_scan and voxelize.
inline Input read_scan(scan_input::ScanOptions const& options, std::uint64_t seed) {
  sparseconv::PointCloud const cloud = scan_input::load_scan(options, seed);
  auto const voxels = sparseconv::voxelize(sparseconv::cpu, cloud, options.grid);
  if (std::string const warning = scan_input::warn_of_range(cloud, options.grid, voxels.dropped); !warning.empty()) {
    std::cerr << warning << '\n';
  }
  return {list_of(voxels.tensor), (options.file.empty() ? "simulated scan" : options.file) + ", " + to_string(voxels)};
}

}  // namespace run_network

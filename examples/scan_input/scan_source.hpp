#pragma once

#include <cstdint>
#include <filesystem>
#include <iostream>
#include <string>

#include "scan_input/implausible_numbers.hpp"
#include "simulated_scan/simulated_scan.hpp"
#include "sparseconv/io/npz.hpp"
#include "sparseconv/io/read_point_cloud.hpp"
#include "sparseconv/points/strided_points.hpp"
#include "sparseconv/points/voxel_grid.hpp"

/// Scans as programs take them from their command lines.
namespace scan_input {

/// Which scan, and the voxels it is cut into.
struct ScanOptions {
  std::string file = {};  ///< empty: simulate a scan
  sparseconv::RecordFormat records = {};
  sparseconv::TextFormat text = {};
  std::string array = {};
  bool has_range = false;  ///< whether the grid's range was asked for
  sparseconv::VoxelGrid grid{
      .voxel_size = {0.05F, 0.05F, 0.1F}, .low = {-40, -40, -3}, .high = {40, 40, 1}, .extra_slices = 1};
};

/// The points that the options name: a file's, or simulated ones from the seed. Says on stderr if its numbers are implausible.
/// Throws: FormatError if the file is missing, truncated or of another format.
inline sparseconv::PointCloud load_scan(ScanOptions const& options, std::uint64_t seed) {
  if (options.file.empty()) return simulated_scan::simulate({.seed = seed});
  bool const is_npz = sparseconv::is_called(std::filesystem::path(options.file).extension().string(), ".npz");
  sparseconv::PointCloud cloud =
      is_npz ? sparseconv::read_npz(options.file, {.array = options.array})
             : sparseconv::read_point_cloud(options.file, {.records = options.records, .text = options.text});
  if (std::string const warning = warn_of_implausible(cloud); !warning.empty()) std::cerr << warning << '\n';
  return cloud;
}

}  // namespace scan_input

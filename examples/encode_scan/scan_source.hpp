#pragma once

#include <filesystem>
#include <string>

#include "encode_scan/options.hpp"
#include "simulated_scan/simulated_scan.hpp"
#include "sparseconv/io/npz.hpp"
#include "sparseconv/io/read_point_cloud.hpp"

namespace encode_scan {

/// The points that the options name: a file's, or simulated ones.
/// Throws: FormatError if the file is missing, truncated or of another format.
inline sparseconv::PointCloud load_scan(Options const& options) {
  if (options.file.empty()) return simulated_scan::simulate({.seed = options.seed});
  if (std::filesystem::path(options.file).extension() == ".npz") {
    return sparseconv::read_npz(options.file, {.array = options.array});
  }
  return sparseconv::read_point_cloud(options.file, {.records = options.records});
}

}  // namespace encode_scan

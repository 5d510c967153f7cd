#pragma once

#include <filesystem>
#include <string>

#include "sparseconv/error.hpp"
#include "sparseconv/io/npy.hpp"
#include "sparseconv/io/pcd.hpp"
#include "sparseconv/io/ply.hpp"
#include "sparseconv/io/records.hpp"
#include "sparseconv/points/point_cloud.hpp"

namespace sparseconv::inline v0_1 {

/// What a file's extension leaves open.
struct PointCloudOptions {
  RecordFormat records = {};  ///< of .bin files, which do not say it themselves
};

/// Reads the points of a .bin, .npy, .ply or .pcd file; the extension, in any case, says which reader takes it.
///
/// A .npz file needs libzip, and so a call of its own: read_npz in sparseconv/io/npz.hpp.
/// Throws:  FormatError for any other extension; what the format's own reader throws.
[[nodiscard]] inline PointCloud read_point_cloud(std::filesystem::path const& path,
                                                 PointCloudOptions const& options = {}) {
  std::string extension = path.extension().string();
  for (char& c : extension)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (extension == ".bin") return read_records(path, options.records);
  if (extension == ".npy") return read_npy(path);
  if (extension == ".ply") return read_ply(path);
  if (extension == ".pcd") return read_pcd(path);
  if (extension == ".npz")
    throw FormatError({"read_point_cloud: ", path.string(),
                       ": a .npz file needs libzip; include <sparseconv/io/npz.hpp>, link it, and call read_npz"});
  throw FormatError(
      {"read_point_cloud: ", path.string(), ": the extension \"", extension,
       "\" is not one of .bin, .npy, .ply, .pcd; call read_records, read_npy, read_ply or read_pcd itself"});
}

}  // namespace sparseconv::inline v0_1

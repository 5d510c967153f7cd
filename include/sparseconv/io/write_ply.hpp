#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "sparseconv/io/written_points.hpp"
#include "sparseconv/number/scalar_loader.hpp"
#include "sparseconv/points/point_cloud.hpp"
#include "sparseconv/weights/partial_file.hpp"

namespace sparseconv::inline v0_1 {

/// Writes points as a binary, little-endian PLY file. A file of that name is replaced.
///
/// The file appears whole or not at all: it is written under another name beside it, then renamed.
/// Shapes:  a property for each column, under its name (c3, c4 and so on where the cloud has none): float, or uchar for red, green,
///          blue and alpha that are whole and 0 to 255; x, y and z are double where the cloud has an offset, which is added.
/// Throws:  ShapeError and Error as written_numbers does, for a name with a blank too; Error if the file cannot be written.
inline void write_ply(std::filesystem::path const& path, PointCloud const& cloud) {
  std::string const name = path.string();
  std::vector<WrittenNumber> const numbers = written_numbers(cloud, " ", "write_ply: " + name);
  std::string header = "ply\nformat binary_little_endian 1.0\nelement vertex " + std::to_string(cloud.size()) + "\n";
  for (WrittenNumber const& number : numbers) {
    header += number.type == ScalarType::float64 ? "property double "
              : number.type == ScalarType::uint8 ? "property uchar "
                                                 : "property float ";
    header += number.name + "\n";
  }
  header += "end_header\n";
  PartialFile file(path, "write_ply: cannot write " + name);
  file.write(std::as_bytes(std::span(header)));
  write_points(file, cloud, numbers);
  file.keep();
}

}  // namespace sparseconv::inline v0_1

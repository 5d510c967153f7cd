#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "sparseconv/points/point_cloud.hpp"
#include "sparseconv/weights/bytes.hpp"
#include "sparseconv/weights/npy_header.hpp"
#include "sparseconv/weights/scalar_type.hpp"

namespace sparseconv::inline v0_1 {

/// Converts the values of a .npy array, given as the bytes after its header, which parse_npy_header checked.
[[nodiscard]] inline PointCloud convert_npy_values(NpyHeader const& header, std::span<const std::byte> data) {
  PointCloud cloud{.columns = static_cast<std::int64_t>(header.columns)};
  const std::size_t size = size_of(header.type);
  const std::size_t rows = static_cast<std::size_t>(header.rows);
  if (rows == 0) return cloud;
  const std::size_t columns = static_cast<std::size_t>(header.columns);
  cloud.values.resize(rows * columns);
  if (!header.fortran_order) {
    copy_as_float(header.type, data.data(), size, rows * columns, cloud.values.data(), 1);
  } else {
    for (std::size_t column = 0; column < columns; ++column)
      copy_as_float(header.type, data.data() + column * rows * size, size, rows, cloud.values.data() + column, columns);
  }
  return cloud;
}

/// Reads points from the bytes of a .npy file of version 1 to 3, in C or Fortran order.
///
/// `name` is what messages call the bytes. Takes little-endian halves, floats, doubles, integers and booleans.
/// Shapes:  that of the array, N x C with C >= 3; no column names.
/// Units:   those of the file, rounded to the nearest float: at 1e6 m in steps of 6 cm, integers exactly up to 2^24, so
///          larger ids and times lose digits.
/// Throws:  FormatError if the bytes are no such file, the array is not N x C, or values are missing or left over.
[[nodiscard]] inline PointCloud parse_npy(std::span<const std::byte> bytes, std::string_view name) {
  const NpyHeader header = parse_npy_header(bytes, bytes.size(), "read_npy: " + std::string(name));
  return convert_npy_values(header, bytes.subspan(header.data_begin));
}

/// Reads the points of a .npy file, as np.save writes it. Its header is judged before the rest is read.
///
/// Throws:  what parse_npy throws; FormatError if the file cannot be read.
[[nodiscard]] inline PointCloud read_npy(std::filesystem::path const& path) {
  FileBytes file(path, "read_npy");
  const std::span<const std::byte> beginning = file.read_up_to(longest_npy_header);
  static_cast<void>(parse_npy_header(beginning, file.size(), file.where()));
  return parse_npy(file.read_all(), path.string());
}

}  // namespace sparseconv::inline v0_1

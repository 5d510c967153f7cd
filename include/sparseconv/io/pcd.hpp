#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/io/ascii_rows.hpp"
#include "sparseconv/io/column_order.hpp"
#include "sparseconv/io/pcd_header.hpp"
#include "sparseconv/points/point_cloud.hpp"
#include "sparseconv/weights/bytes.hpp"
#include "sparseconv/weights/scalar_type.hpp"
#include "sparseconv/weights/text_lines.hpp"

namespace sparseconv::inline v0_1 {

/// The columns that the fields of a PCD file fill.
///
/// Throws:  FormatError if x, y or z is not there, or stands there twice.
[[nodiscard]] inline ColumnOrder order_pcd_columns(PcdHeader const& header, std::string_view where) {
  std::vector<RowField> fields;
  for (PcdNumber const& number : header.numbers) fields.push_back({number.name, number.field.type});
  return order_columns(fields, where);
}

/// Throws:  FormatError if the points of a file with DATA binary do not make the `there` bytes after its header.
inline void expect_pcd_size(PcdHeader const& header, std::uint64_t there, std::string_view where) {
  const std::uint64_t rows = there / header.record_bytes;
  if (header.points != rows || there % header.record_bytes != 0)
    throw FormatError({where, ": ", header.points, " points of ", header.record_bytes, " bytes do not make the ", there,
                       " bytes after the header; ",
                       (header.points > rows ? "the file is truncated" : "something was appended to the file")});
}

/// Reads the points of a PCD file with DATA ascii into `cloud`, whose columns are set.
inline void read_ascii_points(TextLines& lines, PcdHeader const& header, ColumnOrder const& order,
                              std::uint64_t bytes_left, PointCloud& cloud, std::string_view where) {
  // A value takes a digit and a separator, which bounds what a header may make this allocate.
  auto const columns = static_cast<std::size_t>(cloud.columns);
  const std::uint64_t possible = bytes_left / (2 * header.numbers.size()) + 1;
  cloud.values.reserve(static_cast<std::size_t>(std::min(header.points, possible)) * columns);
  for (std::uint64_t row = 0; row < header.points; ++row) {
    Words words = next_row(lines, row, header.points, "point", where);
    cloud.values.resize(cloud.values.size() + columns);
    float* values = cloud.values.data() + cloud.values.size() - columns;
    for (std::size_t i = 0; i < header.numbers.size(); ++i)
      read_field(words, lines, header.numbers[i].field.type, order.of_field[i], values, where);
    expect_end_of_row(words, lines, where);
  }
  expect_end_of_lines(lines, where);
}

/// Reads the points of a PCD file with DATA binary into `cloud`, whose columns are set.
inline void read_binary_points(std::span<const std::byte> data, PcdHeader const& header, ColumnOrder const& order,
                               PointCloud& cloud, std::string_view where) {
  expect_pcd_size(header, data.size(), where);
  std::vector<PackedField> fields(order.names.size());
  for (std::size_t i = 0; i < header.numbers.size(); ++i)
    place_field(order.of_field[i], header.numbers[i].field, fields);
  auto const rows = static_cast<std::size_t>(header.points);
  cloud.values.resize(rows * fields.size());
  copy_records_as_float(fields, data.data(), header.record_bytes, rows, cloud.values.data());
}

/// Reads points from the bytes of a PCD file of version 0.6 or 0.7, with DATA ascii or binary.
///
/// `name` is what messages call the bytes. Points with NaN are kept: an organized cloud marks with them what the sensor
/// did not see.
/// Shapes:  a column for each field, under its name: x, y, z, then the others in the file's order. A field f of COUNT 3
///          makes f_0, f_1 and f_2; padding ("_") makes none; a packed colour, `rgb` or `rgba` of 4 bytes, makes red,
///          green, blue, and of rgba alpha.
/// Units:   those of the file, rounded to the nearest float: at 1e6 m in steps of 6 cm, integers exactly up to 2^24, so
///          larger ids and times lose digits. Colours 0 to 255, NaN where a text says nan for a packed float.
/// Throws:  FormatError if the bytes are no such file, x, y or z is not there, or data is missing or left over.
[[nodiscard]] inline PointCloud parse_pcd(std::span<const std::byte> bytes, std::string_view name) {
  const std::string where = "read_pcd: " + std::string(name);
  TextLines lines(bytes);
  const PcdHeader header = parse_pcd_header(lines, where);
  const ColumnOrder order = order_pcd_columns(header, where);
  PointCloud cloud{.columns = static_cast<std::int64_t>(order.names.size()), .names = order.names};
  const std::span<const std::byte> data = bytes.subspan(lines.position());
  if (header.is_ascii) {
    read_ascii_points(lines, header, order, data.size(), cloud, where);
  } else {
    read_binary_points(data, header, order, cloud, where);
  }
  return cloud;
}

/// Reads the points of a PCD file, the format of the Point Cloud Library. Its header is judged before the rest is read.
///
/// Throws:  what parse_pcd throws; FormatError if the file cannot be read.
[[nodiscard]] inline PointCloud read_pcd(std::filesystem::path const& path) {
  FileBytes file(path, "read_pcd");
  TextLines lines(file.read_up_to(longest_text_header + 1));
  const PcdHeader header = parse_pcd_header(lines, file.where());
  static_cast<void>(order_pcd_columns(header, file.where()));
  if (header.is_ascii) {
    file.read_text(lines.position());
  } else if (const std::optional<std::uint64_t> size = file.size()) {
    expect_pcd_size(header, *size - lines.position(), file.where());
  }
  return parse_pcd(file.read_all(), path.string());
}

}  // namespace sparseconv::inline v0_1

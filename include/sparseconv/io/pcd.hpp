#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/io/ascii_rows.hpp"
#include "sparseconv/io/bytes.hpp"
#include "sparseconv/io/column_order.hpp"
#include "sparseconv/io/pcd_header.hpp"
#include "sparseconv/io/scalar_type.hpp"
#include "sparseconv/io/text_lines.hpp"
#include "sparseconv/points/point_cloud.hpp"

namespace sparseconv::inline v0_1 {

/// Reads the points of a PCD file with DATA ascii into `cloud`, whose columns are set.
inline void read_ascii_points(TextLines& lines, PcdHeader const& header, ColumnOrder const& order,
                              std::uint64_t bytes_left, PointCloud& cloud, std::string_view where) {
  // A value takes a digit and a separator, which bounds what a header may make this allocate.
  auto const columns = static_cast<std::size_t>(cloud.columns);
  cloud.values.reserve(static_cast<std::size_t>(std::min(header.points, bytes_left / (2 * columns) + 1)) * columns);
  for (std::uint64_t row = 0; row < header.points; ++row) {
    Words words = next_row(lines, row, header.points, "point", where);
    cloud.values.resize(cloud.values.size() + columns);
    float* values = cloud.values.data() + cloud.values.size() - columns;
    for (const std::int64_t column : order.column_of_field) {
      float const value = next_number(words, lines, where);
      if (column != no_column) values[column] = value;
    }
    expect_end_of_row(words, lines, where);
  }
  expect_end_of_lines(lines, where);
}

/// Reads the points of a PCD file with DATA binary into `cloud`, whose columns are set.
inline void read_binary_points(std::span<const std::byte> data, PcdHeader const& header, ColumnOrder const& order,
                               PointCloud& cloud, std::string_view where) {
  const std::uint64_t rows = data.size() / header.record_bytes;
  if (header.points != rows || data.size() % header.record_bytes != 0)
    throw FormatError({where, ": ", header.points, " points of ", header.record_bytes, " bytes do not make the ",
                       data.size(), " bytes after the header; ",
                       (header.points > rows ? "the file is truncated" : "something was appended to the file")});
  std::vector<PackedField> fields(order.names.size());
  for (std::size_t i = 0; i < header.numbers.size(); ++i)
    if (order.column_of_field[i] != no_column)
      fields[static_cast<std::size_t>(order.column_of_field[i])] = header.numbers[i].field;
  cloud.values.resize(static_cast<std::size_t>(rows) * fields.size());
  copy_records_as_float(fields, data.data(), header.record_bytes, static_cast<std::size_t>(rows), cloud.values.data());
}

/// Reads points from the bytes of a PCD file of version 0.6 or 0.7, with DATA ascii or binary.
///
/// `name` is what messages call the bytes. Points with NaN are kept: an organized cloud marks with them what the sensor
/// did not see.
/// Shapes:  a column for each field, under its name: x, y, z, then the others in the file's order. A field f of COUNT 3
///          makes f_0, f_1 and f_2; padding ("_") makes none; a packed rgb stays the one number that it is.
/// Units:   those of the file, rounded to float: at 1e6 m in steps of 6 cm.
/// Throws:  FormatError if the bytes are no such file, x, y or z is not there, or data is missing or left over.
[[nodiscard]] inline PointCloud parse_pcd(std::span<const std::byte> bytes, std::string_view name) {
  const std::string where = "read_pcd: " + std::string(name);
  TextLines lines(bytes);
  const PcdHeader header = parse_pcd_header(lines, where);
  std::vector<std::string> fields;
  for (PcdNumber const& number : header.numbers) fields.push_back(number.name);
  const ColumnOrder order = order_columns(fields, where);
  PointCloud cloud{.columns = static_cast<std::int64_t>(order.names.size()), .names = order.names};
  const std::span<const std::byte> data = bytes.subspan(lines.position());
  if (header.is_ascii) {
    read_ascii_points(lines, header, order, data.size(), cloud, where);
  } else {
    read_binary_points(data, header, order, cloud, where);
  }
  return cloud;
}

/// Reads the points of a PCD file, the format of the Point Cloud Library.
///
/// Throws:  what parse_pcd throws; FormatError if the file cannot be read.
[[nodiscard]] inline PointCloud read_pcd(std::filesystem::path const& path) {
  return parse_pcd(read_bytes(path, "read_pcd"), path.string());
}

}  // namespace sparseconv::inline v0_1

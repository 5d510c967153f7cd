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
#include "sparseconv/io/bytes.hpp"
#include "sparseconv/io/column_order.hpp"
#include "sparseconv/io/ply_header.hpp"
#include "sparseconv/io/scalar_type.hpp"
#include "sparseconv/io/text_lines.hpp"
#include "sparseconv/points/point_cloud.hpp"

namespace sparseconv::inline v0_1 {

/// The columns of a PLY vertex; its lists have none.
[[nodiscard]] inline ColumnOrder order_ply_columns(PlyElement const& vertex, std::string_view where) {
  std::vector<std::string> fields;
  for (PlyProperty const& property : vertex.properties)
    fields.push_back(property.list_count ? std::string() : property.name);
  return order_columns(fields, where);
}

/// Bytes that one row of a binary PLY element takes when its lists are empty.
[[nodiscard]] inline std::size_t least_row_bytes(PlyElement const& element) {
  std::size_t bytes = 0;
  for (PlyProperty const& property : element.properties) bytes += size_of(property.list_count.value_or(property.type));
  return bytes;
}

[[nodiscard]] inline bool has_list(PlyElement const& element) {
  return std::any_of(element.properties.begin(), element.properties.end(),
                     [](PlyProperty const& property) { return property.list_count.has_value(); });
}

/// Reads the rows of the vertex element of an ascii PLY file into `cloud`, whose columns are set.
inline void read_ascii_vertices(TextLines& lines, PlyElement const& vertex, ColumnOrder const& order,
                                std::uint64_t bytes_left, PointCloud& cloud, std::string_view where) {
  // A value takes a digit and a separator, which bounds what a header may make this allocate.
  auto const columns = static_cast<std::size_t>(cloud.columns);
  cloud.values.reserve(static_cast<std::size_t>(std::min(vertex.count, bytes_left / (2 * columns) + 1)) * columns);
  for (std::uint64_t row = 0; row < vertex.count; ++row) {
    Words words = next_row(lines, row, vertex.count, "vertex", where);
    cloud.values.resize(cloud.values.size() + columns);
    float* values = cloud.values.data() + cloud.values.size() - columns;
    for (std::size_t i = 0; i < vertex.properties.size(); ++i) {
      if (!vertex.properties[i].list_count) {
        values[order.column_of_field[i]] = next_number(words, lines, where);
        continue;
      }
      const std::string_view word = words.next();
      const std::optional<std::uint64_t> length = parse_count(word);
      if (!length)
        throw FormatError({where, ": line ", lines.number(), " has ", in_quotes(word),
                           ", where the length of the list ", in_quotes(vertex.properties[i].name), " stands"});
      for (std::uint64_t entry = 0; entry < *length; ++entry) static_cast<void>(next_number(words, lines, where));
    }
    expect_end_of_row(words, lines, where);
  }
}

/// The length of the list of one row of a binary PLY element.
///
/// Throws:  FormatError if it is negative.
[[nodiscard]] inline std::uint64_t load_list_length(PlyProperty const& property, std::byte const* at,
                                                    std::string_view where) {
  auto const length =
      with_loader(*property.list_count, [at](auto load) { return static_cast<std::int64_t>(load(at)); });
  if (length < 0) throw FormatError({where, ": a list ", in_quotes(property.name), " has the length ", length});
  return static_cast<std::uint64_t>(length);
}

/// Walks the rows of a binary PLY element; its scalars go to the columns of `cloud`, or nowhere if there is none.
/// Returns the bytes that the element takes.
///
/// Throws:  FormatError if `data` ends before the last row does.
[[nodiscard]] inline std::size_t read_binary_rows(std::span<const std::byte> data, PlyElement const& element,
                                                  ColumnOrder const& order, PointCloud* cloud, std::string_view where) {
  auto const truncated = [&] {
    return FormatError({where, ": the header asks for ", element.count, " ", in_quotes(element.name), " rows, ",
                        data.size(), " bytes are left for them; the file is truncated"});
  };
  const std::size_t least = least_row_bytes(element);
  if (least == 0) return 0;
  if (element.count > data.size() / least) throw truncated();
  auto const rows = static_cast<std::size_t>(element.count);
  const std::size_t columns = order.names.size();
  if (cloud) cloud->values.resize(rows * columns);
  if (!has_list(element)) {
    std::vector<PackedField> fields(columns);
    std::size_t offset = 0;
    for (std::size_t i = 0; cloud && i < element.properties.size(); ++i) {
      fields[static_cast<std::size_t>(order.column_of_field[i])] = {element.properties[i].type, offset};
      offset += size_of(element.properties[i].type);
    }
    if (cloud) copy_records_as_float(fields, data.data(), least, rows, cloud->values.data());
    return rows * least;
  }

  std::size_t at = 0;
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t i = 0; i < element.properties.size(); ++i) {
      PlyProperty const& property = element.properties[i];
      const std::size_t head = size_of(property.list_count.value_or(property.type));
      if (data.size() - at < head) throw truncated();
      std::byte const* value = data.data() + at;
      at += head;
      if (property.list_count) {
        const std::uint64_t length = load_list_length(property, value, where);
        if (length > (data.size() - at) / size_of(property.type)) throw truncated();
        at += static_cast<std::size_t>(length) * size_of(property.type);
      } else if (cloud) {
        auto const column = static_cast<std::size_t>(order.column_of_field[i]);
        copy_as_float(property.type, value, 0, 1, cloud->values.data() + row * columns + column, 1);
      }
    }
  return at;
}

/// Reads points from the bytes of a PLY file, ascii or binary_little_endian.
///
/// `name` is what messages call the bytes. A point is a row of the element "vertex"; lists and other elements are
/// skipped.
/// Shapes:  a column for each scalar property, under its name: x, y, z, then the others in the file's order.
/// Units:   those of the file, rounded to float: at 1e6 m in steps of 6 cm.
/// Throws:  FormatError if the bytes are no such file, it has no vertices with x, y and z, or data is missing or left
///          over.
[[nodiscard]] inline PointCloud parse_ply(std::span<const std::byte> bytes, std::string_view name) {
  const std::string where = "read_ply: " + std::string(name);
  TextLines lines(bytes);
  const PlyHeader header = parse_ply_header(lines, where);
  PointCloud cloud;
  bool has_vertices = false;
  std::span<const std::byte> data = bytes.subspan(lines.position());
  for (PlyElement const& element : header.elements) {
    bool const is_vertex = element.name == "vertex";
    ColumnOrder order;
    if (is_vertex) {
      if (has_vertices) throw FormatError({where, ": the header has two elements \"vertex\""});
      has_vertices = true;
      order = order_ply_columns(element, where);
      cloud.columns = static_cast<std::int64_t>(order.names.size());
      cloud.names = order.names;
    }
    if (!header.is_ascii) {
      data = data.subspan(read_binary_rows(data, element, order, is_vertex ? &cloud : nullptr, where));
    } else if (is_vertex) {
      read_ascii_vertices(lines, element, order, data.size(), cloud, where);
    } else if (!element.properties.empty()) {
      const std::string name_of_rows = in_quotes(element.name);
      for (std::uint64_t row = 0; row < element.count; ++row)
        static_cast<void>(next_row(lines, row, element.count, name_of_rows, where));
    }
  }
  if (!has_vertices) throw FormatError({where, ": the file has no element \"vertex\", so it holds no points"});
  if (header.is_ascii) {
    expect_end_of_lines(lines, where);
  } else if (!data.empty()) {
    throw FormatError(
        {where, ": ", data.size(), " bytes come after all that the header asks for; its counts or types are wrong"});
  }
  return cloud;
}

/// Reads the points of a PLY file.
///
/// Throws:  what parse_ply throws; FormatError if the file cannot be read.
[[nodiscard]] inline PointCloud read_ply(std::filesystem::path const& path) {
  return parse_ply(read_bytes(path, "read_ply"), path.string());
}

}  // namespace sparseconv::inline v0_1

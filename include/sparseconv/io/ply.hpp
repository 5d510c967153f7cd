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
#include "sparseconv/io/ply_header.hpp"
#include "sparseconv/points/point_cloud.hpp"
#include "sparseconv/weights/bytes.hpp"
#include "sparseconv/weights/scalar_type.hpp"
#include "sparseconv/weights/text_lines.hpp"

namespace sparseconv::inline v0_1 {

/// The columns of a PLY vertex; its lists have none.
[[nodiscard]] inline ColumnOrder order_ply_columns(PlyElement const& vertex, std::string_view where) {
  std::vector<RowField> fields;
  for (PlyProperty const& property : vertex.properties)
    fields.push_back({property.list_count ? std::string() : property.name, property.type});
  return order_columns(fields, where);
}

/// Checks that a PLY header has one element "vertex", with x, y and z. Returns its columns.
///
/// Throws:  FormatError if it has not.
inline ColumnOrder expect_ply_vertices(PlyHeader const& header, std::string_view where) {
  PlyElement const* vertex = nullptr;
  for (PlyElement const& element : header.elements) {
    if (element.name != "vertex") continue;
    if (vertex) throw FormatError({where, ": the header has two elements \"vertex\""});
    vertex = &element;
  }
  if (!vertex) throw FormatError({where, ": the file has no element \"vertex\", so it holds no points"});
  return order_ply_columns(*vertex, where);
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

/// The error of a binary PLY file in which `left` bytes are left for an element that needs more.
[[nodiscard]] inline FormatError truncated_rows(PlyElement const& element, std::uint64_t left, std::string_view where) {
  return FormatError({where, ": the header asks for ", element.count, " ", in_quotes(element.name), " rows, ", left,
                      " bytes are left for them; the file is truncated"});
}

/// The error of a binary PLY file that goes on for `left` bytes after its last element.
[[nodiscard]] inline FormatError bytes_left_over(std::uint64_t left, std::string_view where) {
  return FormatError(
      {where, ": ", left, " bytes come after all that the header asks for; its counts or types are wrong"});
}

/// Checks whether the elements of a binary PLY file make the `there` bytes after its header, as far as the header can
/// tell: up to the first element with a list.
///
/// Throws:  FormatError if they do not.
inline void expect_ply_size(PlyHeader const& header, std::uint64_t there, std::string_view where) {
  for (PlyElement const& element : header.elements) {
    const std::size_t least = least_row_bytes(element);
    if (least > 0 && element.count > there / least) throw truncated_rows(element, there, where);
    if (has_list(element)) return;
    there -= element.count * least;
  }
  if (there > 0) throw bytes_left_over(there, where);
}

/// Reads the rows of the vertex element of an ascii PLY file into `cloud`, whose columns are set.
inline void read_ascii_vertices(TextLines& lines, PlyElement const& vertex, ColumnOrder const& order,
                                std::uint64_t bytes_left, PointCloud& cloud, std::string_view where) {
  // A value takes a digit and a separator, which bounds what a header may make this allocate.
  auto const columns = static_cast<std::size_t>(cloud.columns);
  const std::uint64_t possible = bytes_left / (2 * vertex.properties.size()) + 1;
  cloud.values.reserve(static_cast<std::size_t>(std::min(vertex.count, possible)) * columns);
  for (std::uint64_t row = 0; row < vertex.count; ++row) {
    Words words = next_row(lines, row, vertex.count, "vertex", where);
    cloud.values.resize(cloud.values.size() + columns);
    float* values = cloud.values.data() + cloud.values.size() - columns;
    for (std::size_t i = 0; i < vertex.properties.size(); ++i) {
      if (!vertex.properties[i].list_count) {
        read_field(words, lines, vertex.properties[i].type, order.of_field[i], values, where);
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
  auto const truncated = [&] { return truncated_rows(element, data.size(), where); };
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
      place_field(order.of_field[i], {element.properties[i].type, offset}, fields);
      offset += size_of(element.properties[i].type);
    }
    if (cloud) copy_records_as_float(fields, data.data(), least, rows, cloud->values.data());
    return rows * least;
  }

  std::size_t at = 0;
  std::vector<PackedField> fields(columns);  // of one row, whose lists have their own lengths
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t i = 0; i < element.properties.size(); ++i) {
      PlyProperty const& property = element.properties[i];
      const std::size_t head = size_of(property.list_count.value_or(property.type));
      if (data.size() - at < head) throw truncated();
      if (property.list_count) {
        const std::uint64_t length = load_list_length(property, data.data() + at, where);
        if (length > (data.size() - at - head) / size_of(property.type)) throw truncated();
        at += static_cast<std::size_t>(length) * size_of(property.type);
      } else if (cloud) {
        place_field(order.of_field[i], {property.type, at}, fields);
      }
      at += head;
    }
    if (cloud) copy_records_as_float(fields, data.data(), 0, 1, cloud->values.data() + row * columns);
  }
  return at;
}

/// Reads points from the bytes of a PLY file, ascii or binary_little_endian.
///
/// `name` is what messages call the bytes. A point is a row of the element "vertex"; lists and other elements are
/// skipped.
/// Shapes:  a column for each scalar property, under its name: x, y, z, then the others in the file's order; a packed
///          colour, `rgb` or `rgba` of 4 bytes, 0xAARRGGBB, makes red, green, blue, and of rgba alpha.
/// Units:   those of the file, rounded to the nearest float: at 1e6 m in steps of 6 cm, integers exactly up to 2^24, so
///          larger ids and times lose digits. Parts of packed colours 0 to 255.
/// Throws:  FormatError if the bytes are no such file, it has no vertices with x, y and z, or data is missing or left
///          over.
[[nodiscard]] inline PointCloud parse_ply(std::span<const std::byte> bytes, std::string_view name) {
  const std::string where = "read_ply: " + std::string(name);
  TextLines lines(bytes);
  const PlyHeader header = parse_ply_header(lines, where);
  const ColumnOrder order = expect_ply_vertices(header, where);
  PointCloud cloud{.columns = static_cast<std::int64_t>(order.names.size()), .names = order.names};
  std::span<const std::byte> data = bytes.subspan(lines.position());
  for (PlyElement const& element : header.elements) {
    bool const is_vertex = element.name == "vertex";
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
  if (header.is_ascii) {
    expect_end_of_lines(lines, where);
  } else if (!data.empty()) {
    throw bytes_left_over(data.size(), where);
  }
  return cloud;
}

/// Reads the points of a PLY file. Its header is judged before the rest is read; what lists take is not known by then.
///
/// Throws:  what parse_ply throws; FormatError if the file cannot be read.
[[nodiscard]] inline PointCloud read_ply(std::filesystem::path const& path) {
  FileBytes file(path, "read_ply");
  TextLines lines(file.read_up_to(longest_text_header + 1));
  const PlyHeader header = parse_ply_header(lines, file.where());
  expect_ply_vertices(header, file.where());
  if (header.is_ascii) {
    file.read_text(lines.position());
  } else if (const std::optional<std::uint64_t> size = file.size()) {
    expect_ply_size(header, *size - lines.position(), file.where());
  }
  return parse_ply(file.read_all(), path.string());
}

}  // namespace sparseconv::inline v0_1

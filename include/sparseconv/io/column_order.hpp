#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/io/packed_colour.hpp"
#include "sparseconv/io/record_layout.hpp"
#include "sparseconv/number/scalar_loader.hpp"

namespace sparseconv::inline v0_1 {

/// The field of a file's row that no column of a point cloud shows.
inline constexpr std::int64_t no_column = -1;

/// A field of a file's row: its name, which is empty if no column shows it, the type of its number, and where a binary
/// record has it.
struct RowField {
  std::string name;
  ScalarType type = ScalarType::float32;
  std::size_t begin = 0;
  bool is_big_endian = false;
};

/// The columns that one field of a file's row fills.
struct FieldColumns {
  std::int64_t first = no_column;
  std::size_t colour_parts = 0;  ///< of a packed colour, a column each; 0: one column of the number itself
};

/// Where each field of a file's row stands in a point cloud: x, y, z first, then the others in the file's order.
struct ColumnOrder {
  std::vector<FieldColumns> of_field = {};
  std::vector<std::string> names = {};
};

/// The fields that are the position along `axis`: of the ways to write it the first that is there, x, X, position.x.
[[nodiscard]] inline std::vector<std::size_t> find_axis(std::span<const RowField> fields, char axis) {
  char const capital = static_cast<char>(axis - 'a' + 'A');
  std::vector<std::size_t> found;
  for (int way = 0; way < 3 && found.empty(); ++way)
    for (std::size_t i = 0; i < fields.size(); ++i) {
      std::string_view name = fields[i].name;
      if (way == 2) name.remove_prefix(name.rfind('.') + 1);
      if (name.size() == 1 && (name[0] == axis || (way > 0 && name[0] == capital))) found.push_back(i);
    }
  return found;
}

/// Orders the fields of a file's row. A field without name is padding, and gets no column; a packed colour gets one for
/// each of its parts. Positions are called x, y and z, however the file writes them.
///
/// Throws:  FormatError if x, y or z is not there, or stands there twice.
[[nodiscard]] inline ColumnOrder order_columns(std::span<const RowField> fields, std::string_view where) {
  ColumnOrder order{.of_field = std::vector<FieldColumns>(fields.size())};
  for (char const axis : {'x', 'y', 'z'}) {
    std::vector<std::size_t> const found = find_axis(fields, axis);
    if (found.size() == 1) {
      order.of_field[found.front()] = {static_cast<std::int64_t>(order.names.size()), 0};
      order.names.emplace_back(1, axis);
      continue;
    }
    std::string there;
    for (std::size_t field = 0; field < fields.size() && field < 16; ++field)
      if (!fields[field].name.empty())
        there += error_message({there.empty() ? "" : ", ", in_quotes(fields[field].name)});
    throw FormatError({where, ": points need one ", axis, " each, the file has ", found.size(), "; its fields are ",
                       (there.empty()   ? "none"
                        : found.empty() ? there + "; rename the one that it is"
                                        : there + "; rename those that it is not")});
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name.empty() || order.of_field[i].first != no_column) continue;
    std::size_t const parts = count_colour_parts(fields[i].name, fields[i].type);
    order.of_field[i] = {static_cast<std::int64_t>(order.names.size()), parts};
    if (parts == 0) order.names.push_back(fields[i].name);
    for (std::size_t part = 0; part < parts; ++part) order.names.emplace_back(colour_parts[part].name);
  }
  return order;
}

/// The layout of binary records of `record_bytes` bytes that have these fields.
[[nodiscard]] inline RecordLayout lay_out_records(std::span<const RowField> fields, ColumnOrder const& order,
                                                  std::size_t record_bytes) {
  RecordLayout layout{
      .numbers = std::vector<RecordNumber>(order.names.size()), .names = order.names, .record_bytes = record_bytes};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    FieldColumns const& columns = order.of_field[i];
    if (columns.first == no_column) continue;
    auto const first = static_cast<std::size_t>(columns.first);
    RowField const& field = fields[i];
    if (columns.colour_parts == 0) layout.numbers[first] = {field.type, field.is_big_endian, field.begin};
    for (std::size_t part = 0; part < columns.colour_parts; ++part) {
      std::size_t const byte = colour_parts[part].byte;
      layout.numbers[first + part] = {ScalarType::uint8, false, field.begin + (field.is_big_endian ? 3 - byte : byte)};
    }
  }
  return layout;
}

/// The layout of records that hold what a text's rows say: positions as doubles, then all else as floats.
[[nodiscard]] inline RecordLayout lay_out_text(std::vector<std::string> names, std::size_t columns) {
  RecordLayout layout{.numbers = std::vector<RecordNumber>(columns), .names = std::move(names)};
  for (std::size_t column = 0; column < columns; ++column) {
    ScalarType const type = column < 3 ? ScalarType::float64 : ScalarType::float32;
    layout.numbers[column] = {type, false, layout.record_bytes};
    layout.record_bytes += size_of(type);
  }
  return layout;
}

}  // namespace sparseconv::inline v0_1

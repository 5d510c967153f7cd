#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/io/packed_colour.hpp"
#include "sparseconv/weights/scalar_type.hpp"

namespace sparseconv::inline v0_1 {

/// The field of a file's row that no column of a point cloud shows.
inline constexpr std::int64_t no_column = -1;

/// A field of a file's row: its name, which is empty if no column shows it, and the type of its number.
struct RowField {
  std::string name;
  ScalarType type = ScalarType::float32;
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

/// Orders the fields of a file's row. A field without name is padding, and gets no column; a packed colour gets one for
/// each of its parts.
///
/// Throws:  FormatError if x, y or z is not there, or stands there twice.
[[nodiscard]] inline ColumnOrder order_columns(std::span<const RowField> fields, std::string_view where) {
  ColumnOrder order{.of_field = std::vector<FieldColumns>(fields.size())};
  auto const take = [&](std::size_t i) {
    const std::size_t parts = count_colour_parts(fields[i].name, fields[i].type);
    order.of_field[i] = {static_cast<std::int64_t>(order.names.size()), parts};
    if (parts == 0) order.names.push_back(fields[i].name);
    for (std::size_t part = 0; part < parts; ++part) order.names.emplace_back(colour_parts[part].name);
  };
  for (const std::string_view axis : {"x", "y", "z"}) {
    const std::size_t before = order.names.size();
    for (std::size_t field = 0; field < fields.size(); ++field)
      if (fields[field].name == axis) take(field);
    if (order.names.size() == before + 1) continue;
    std::string there;
    for (std::size_t field = 0; field < fields.size() && field < 16; ++field)
      if (!fields[field].name.empty())
        there += error_message({there.empty() ? "" : ", ", in_quotes(fields[field].name)});
    throw FormatError({where, ": points need one ", axis, " each, the file has ", order.names.size() - before,
                       "; its fields are ", (there.empty() ? "none" : there)});
  }
  for (std::size_t field = 0; field < fields.size(); ++field)
    if (!fields[field].name.empty() && order.of_field[field].first == no_column) take(field);
  return order;
}

/// Adds a field of a packed record to `fields`, one number a column.
inline void place_field(FieldColumns const& columns, PackedField const& field, std::span<PackedField> fields) {
  if (columns.first == no_column) return;
  auto const first = static_cast<std::size_t>(columns.first);
  if (columns.colour_parts == 0) fields[first] = field;
  for (std::size_t part = 0; part < columns.colour_parts; ++part)
    fields[first + part] = {ScalarType::uint8, field.offset + colour_parts[part].byte};
}

}  // namespace sparseconv::inline v0_1

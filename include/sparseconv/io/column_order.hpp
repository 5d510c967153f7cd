#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/io/text_lines.hpp"

namespace sparseconv::inline v0_1 {

/// The field of a file's row that no column of a point cloud shows.
inline constexpr std::int64_t no_column = -1;

/// Where each field of a file's row stands in a point cloud: x, y, z first, then the others in the file's order.
struct ColumnOrder {
  std::vector<std::int64_t> column_of_field = {};
  std::vector<std::string> names = {};
};

/// Orders the fields of a file's row. A field without name is padding, and gets no column.
///
/// Throws:  FormatError if x, y or z is not there, or stands there twice.
[[nodiscard]] inline ColumnOrder order_columns(std::span<const std::string> fields, std::string_view where) {
  ColumnOrder order{.column_of_field = std::vector<std::int64_t>(fields.size(), no_column)};
  auto const take = [&](std::size_t field) {
    order.column_of_field[field] = static_cast<std::int64_t>(order.names.size());
    order.names.push_back(fields[field]);
  };
  for (const std::string_view axis : {"x", "y", "z"}) {
    const std::size_t before = order.names.size();
    for (std::size_t field = 0; field < fields.size(); ++field)
      if (fields[field] == axis) take(field);
    if (order.names.size() == before + 1) continue;
    std::string there;
    for (std::size_t field = 0; field < fields.size() && field < 16; ++field)
      if (!fields[field].empty()) there += (there.empty() ? "" : ", ") + in_quotes(fields[field]);
    throw FormatError({where, ": points need one ", axis, " each, the file has ", order.names.size() - before,
                       "; its fields are ", (there.empty() ? "none" : there)});
  }
  for (std::size_t field = 0; field < fields.size(); ++field)
    if (!fields[field].empty() && order.column_of_field[field] == no_column) take(field);
  return order;
}

}  // namespace sparseconv::inline v0_1

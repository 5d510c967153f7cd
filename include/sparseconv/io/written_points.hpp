#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/io/column_order.hpp"
#include "sparseconv/number/little_endian.hpp"
#include "sparseconv/number/scalar_loader.hpp"
#include "sparseconv/points/point_cloud.hpp"
#include "sparseconv/weights/partial_file.hpp"

namespace sparseconv::inline v0_1 {

/// One number of a record that is written: its name, its type (float32, float64 or uint8) and the column that it is taken from; 0
/// if that is no_column.
struct WrittenNumber {
  std::string name;
  ScalarType type;
  std::int64_t column;
};

/// Whether a column holds parts of colours: it is called red, green, blue or alpha, and all its values are whole, 0 to 255.
[[nodiscard]] inline bool is_colour_column(PointCloud const& cloud, std::int64_t column) {
  std::string const& name = cloud.names[static_cast<std::size_t>(column)];
  if (std::none_of(colour_parts.begin(), colour_parts.end(), [&](ColourPart const& part) { return part.name == name; }))
    return false;
  std::int64_t const points = cloud.size();
  for (std::int64_t i = 0; i < points; ++i) {
    float const value = cloud.row(i)[static_cast<std::size_t>(column)];
    if (!(value >= 0 && value <= 255 && std::trunc(value) == value)) return false;
  }
  return true;
}

/// The numbers of a point as files have them: x, y and z, as doubles where the cloud has an offset, then the other columns as floats,
/// or as bytes where they are colours. A cloud without names gets c3, c4 and so on.
///
/// Throws:  ShapeError if the cloud has fewer than three columns, not a name for each, or numbers that make no whole points; Error
///          if a name cannot stand in a file: it is empty, stands twice, or has a character of `forbidden` or none that is
///          printed. `where` begins every message.
[[nodiscard]] inline std::vector<WrittenNumber> written_numbers(PointCloud const& cloud, std::string_view forbidden,
                                                                std::string_view where) {
  if (cloud.columns < 3)
    throw ShapeError({where, ": the cloud has ", cloud.columns, " columns; x, y and z are the first three"});
  if (!cloud.names.empty() && static_cast<std::int64_t>(cloud.names.size()) != cloud.columns)
    throw ShapeError({where, ": the cloud has ", cloud.names.size(), " names for ", cloud.columns,
                      " columns; give each column one, or none at all"});
  static_cast<void>(cloud.size());
  std::vector<WrittenNumber> numbers;
  for (std::int64_t column = 0; column < cloud.columns; ++column) {
    bool const is_position = column < 3;
    std::string name = is_position           ? std::string(1, "xyz"[column])
                       : cloud.names.empty() ? "c" + std::to_string(column)
                                             : cloud.names[static_cast<std::size_t>(column)];
    ScalarType type =
        is_position && cloud.offset[static_cast<std::size_t>(column)] != 0 ? ScalarType::float64 : ScalarType::float32;
    if (!is_position && !cloud.names.empty() && is_colour_column(cloud, column)) type = ScalarType::uint8;
    numbers.push_back({std::move(name), type, column});
  }
  // Positions are of one type.
  bool const is_wide = cloud.offset != std::array<double, 3>{};
  for (std::size_t axis = 0; axis < 3 && is_wide; ++axis) numbers[axis].type = ScalarType::float64;
  std::vector<std::string_view> names;
  for (WrittenNumber const& number : numbers) {
    bool const is_printed =
        std::all_of(number.name.begin(), number.name.end(), [](char c) { return c >= ' ' && c <= '~'; });
    if (number.name.empty() || !is_printed || number.name.find_first_of(forbidden) != std::string::npos)
      throw Error({where, ": a column is called ", name_in_quotes(number.name),
                   ", which cannot stand in the file; give it a name of letters and digits"});
    names.push_back(number.name);
  }
  std::sort(names.begin(), names.end());
  if (auto const twice = std::adjacent_find(names.begin(), names.end()); twice != names.end())
    throw Error({where, ": more than one column is called ", name_in_quotes(*twice), "; give each a name of its own"});
  return numbers;
}

/// The bytes of a record.
[[nodiscard]] inline std::size_t written_bytes(std::span<const WrittenNumber> numbers) {
  std::size_t bytes = 0;
  for (WrittenNumber const& number : numbers) bytes += size_of(number.type);
  return bytes;
}

/// Writes `count` points, from `first` on, as records one behind another.
inline void encode_points(PointCloud const& cloud, std::span<const WrittenNumber> numbers, std::int64_t first,
                          std::int64_t count, std::byte* to) {
  for (std::int64_t i = first; i < first + count; ++i) {
    std::span<float const> const row = cloud.row(i);
    for (WrittenNumber const& number : numbers) {
      float const value = number.column == no_column ? 0 : row[static_cast<std::size_t>(number.column)];
      if (number.type == ScalarType::float64) {
        double const offset = number.column < 3 ? cloud.offset[static_cast<std::size_t>(number.column)] : 0;
        store_little_endian(offset + double{value}, to);
      } else if (number.type == ScalarType::uint8) {
        *to = static_cast<std::byte>(value);
      } else {
        store_little_endian(value, to);
      }
      to += size_of(number.type);
    }
  }
}

/// Writes all points as records, some after some.
///
/// Throws:  Error if they cannot be written.
inline void write_points(PartialFile& file, PointCloud const& cloud, std::span<const WrittenNumber> numbers) {
  constexpr std::int64_t most_rows = 4096;
  std::int64_t const points = cloud.size();
  std::size_t const bytes = written_bytes(numbers);
  std::vector<std::byte> records;
  for (std::int64_t first = 0; first < points; first += most_rows) {
    std::int64_t const count = std::min(most_rows, points - first);
    records.resize(static_cast<std::size_t>(count) * bytes);
    encode_points(cloud, numbers, first, count, records.data());
    file.write(records);
  }
}

}  // namespace sparseconv::inline v0_1

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/io/column_order.hpp"
#include "sparseconv/io/npy_fields.hpp"
#include "sparseconv/io/record_layout.hpp"
#include "sparseconv/weights/npy_header.hpp"

namespace sparseconv::inline v0_1 {

/// What the header of a .npy file says of an array that can be a point cloud.
struct NpyPoints {
  RecordLayout layout = {};  ///< of a point, or, where columns follow one another, of one number of each
  std::uint64_t rows = 0;
  std::int64_t columns = 0;  ///< of the layout; more where there is no point
  bool is_by_columns = false;
  std::size_t data_begin = 0;
};

/// The most columns that an array of numbers may have.
inline constexpr std::uint64_t most_npy_columns = 65536;

/// Whether an array of numbers is the transposed of a cloud: points have thousands of numbers, and there are hardly any.
constexpr bool is_transposed_cloud(std::uint64_t rows, std::uint64_t columns) {
  return columns > most_npy_columns || (columns > 1024 && rows <= 16);
}

/// The names that a field of three numbers has where these are a position.
inline constexpr std::array<std::string_view, 10> usual_position_fields = {
    "xyz", "position", "positions", "pos", "points", "point", "coord", "coords", "coordinates", "location"};

/// Calls the three numbers of a position x, y and z, where no field of a record has such a name.
inline void name_positions(std::vector<RowField>& fields) {
  for (char const axis : {'x', 'y', 'z'})
    if (!find_axis(fields, axis).empty()) return;
  for (std::string_view const usual : usual_position_fields)
    for (std::size_t i = 0; i + 2 < fields.size(); ++i)
      if (fields[i].name == error_message({usual, "_0"}) && fields[i + 2].name == error_message({usual, "_2"})) {
        for (std::size_t axis = 0; axis < 3; ++axis) fields[i + axis].name = "xyz"[axis];
        return;
      }
}

/// Reads the shape of points.
///
/// Throws:  FormatError if it is not two-dimensional with at least three columns.
[[nodiscard]] inline std::pair<std::uint64_t, std::uint64_t> parse_npy_shape(std::string_view text,
                                                                             std::string_view where) {
  const std::vector<std::int64_t> extents = parse_npy_extents(text, where);
  if (extents.size() != 2 || extents[1] < 3)
    throw FormatError(
        {where, ": an array of shape ", in_quotes(text),
         "; points are N x C with C >= 3: x, y, z and what else they carry",
         (extents.size() > 2 && extents.back() >= 3 ? error_message({"; save a.reshape(-1, ", extents.back(), ")"})
                                                    : std::string())});
  return {static_cast<std::uint64_t>(extents[0]), static_cast<std::uint64_t>(extents[1])};
}

/// Checks that points take the bytes that are there.
///
/// Throws:  FormatError if they do not.
inline void expect_npy_size(std::uint64_t rows, std::uint64_t columns, std::uint64_t size, std::uint64_t there,
                            std::string_view where) {
  bool const fits = rows <= there / size / columns;
  if (!fits || rows * columns * size != there)
    throw FormatError({where, ": ", rows, " x ", columns, " values of ", size, " bytes do not make the ", there,
                       " bytes after the header; ",
                       (fits ? "something was appended to the file" : "the file is truncated")});
}

/// Lays out a structured array of any number of axes: each of its records is a point.
inline void lay_out_npy_records(NpyPreamble const& preamble, std::optional<std::uint64_t> there, NpyPoints& points,
                                std::string_view where) {
  NpyDictionary const& dictionary = preamble.dictionary;
  NpyFields const record(dictionary.descr, preamble.is_latin1, where);
  std::vector<RowField> fields = record.numbers();
  name_positions(fields);
  points.layout = lay_out_records(fields, order_columns(fields, where), record.record_bytes());
  points.columns = static_cast<std::int64_t>(points.layout.numbers.size());
  points.rows = 1;
  for (std::int64_t const extent : parse_npy_extents(dictionary.shape, where)) {
    auto const count = static_cast<std::uint64_t>(extent);
    if (count > 0 && points.rows > std::numeric_limits<std::uint64_t>::max() / count)
      throw FormatError({where, ": the shape ", in_quotes(dictionary.shape),
                         " has more records than any memory; the file is damaged"});
    points.rows *= count;
  }
  if (there) expect_npy_size(points.rows, 1, record.record_bytes(), *there, where);
}

/// Lays out an array of numbers, N x C.
inline void lay_out_npy_numbers(NpyDictionary const& dictionary, std::optional<std::uint64_t> there, NpyPoints& points,
                                std::string_view where) {
  NpyType const type = parse_npy_dtype(dictionary.descr, where);
  auto const [rows, columns] = parse_npy_shape(dictionary.shape, where);
  points.rows = rows;
  points.columns = static_cast<std::int64_t>(columns);
  points.is_by_columns = dictionary.fortran_order == "True";
  if (there) expect_npy_size(rows, columns, size_of(type.type), *there, where);
  if (rows == 0) return;
  if (is_transposed_cloud(rows, columns))
    throw FormatError({where, ": an array of shape ", in_quotes(dictionary.shape), " would be ", rows, " points of ",
                       columns, " numbers; if it is the transposed of a cloud, save a.T"});
  for (std::uint64_t column = 0; column < columns; ++column) {
    points.layout.numbers.push_back({type.type, type.is_big_endian, points.layout.record_bytes});
    points.layout.record_bytes += size_of(type.type);
  }
}

/// Reads the header of a .npy file from its first bytes. `file_bytes` is the size of the whole file, if it is known.
///
/// Throws:  FormatError if the bytes are no .npy file of version 1 to 3, if the array cannot be a point cloud,
///          or if its size and that of the file disagree.
[[nodiscard]] inline NpyPoints parse_npy_points(std::span<const std::byte> bytes,
                                                std::optional<std::uint64_t> file_bytes, std::string_view where) {
  const NpyPreamble preamble = parse_npy_preamble(bytes, file_bytes.value_or(bytes.size()), where);
  NpyPoints points{.data_begin = preamble.data_begin};
  std::optional<std::uint64_t> there;
  if (file_bytes) there = *file_bytes - points.data_begin;
  if (preamble.dictionary.descr.starts_with('[')) {
    lay_out_npy_records(preamble, there, points, where);
  } else {
    lay_out_npy_numbers(preamble.dictionary, there, points, where);
  }
  return points;
}

}  // namespace sparseconv::inline v0_1

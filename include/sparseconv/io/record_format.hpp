#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/io/column_order.hpp"
#include "sparseconv/io/record_layout.hpp"
#include "sparseconv/number/scalar_loader.hpp"
#include "sparseconv/weights/npy_header.hpp"
#include "sparseconv/weights/text_lines.hpp"

namespace sparseconv::inline v0_1 {

/// The number type of a file of records.
enum class RecordElement : std::uint8_t { float32, float16, float64 };

/// What a headerless file does not say itself: how many values a point has, and their type.
///
/// KITTI scans are {.columns = 4}: x, y, z, intensity. nuScenes scans are {.columns = 5}: x, y, z, intensity, ring.
struct RecordFormat {
  std::int64_t columns = 4;                        ///< numbers of a record, where all are of one type
  RecordElement element = RecordElement::float32;  ///< that type
  /// Of records whose values differ in type, or that have names: a type and a name each, as in "f4 x, f4 y, f4 z, u1 intensity, u2
  /// ring, f8 time". Types are NumPy's, i1 to i8, u1 to u8, f2 to f8, little-endian unless > stands before them; a value called _
  /// is passed over. Columns and element then say nothing.
  std::string fields = {};
};

/// The least and the most values of a record that is described by columns and element.
inline constexpr std::int64_t least_record_columns = 3;
/// See least_record_columns.
inline constexpr std::int64_t most_record_columns = 256;

/// The type of all values of a record without a description.
[[nodiscard]] constexpr ScalarType type_of(RecordElement element) noexcept {
  return element == RecordElement::float16   ? ScalarType::float16
         : element == RecordElement::float64 ? ScalarType::float64
                                             : ScalarType::float32;
}

/// A format as messages show it: "4 x float32".
[[nodiscard]] inline std::string to_string(RecordFormat const& format) {
  if (!format.fields.empty()) return printable(format.fields);
  return error_message({format.columns, " x ", name_of(type_of(format.element))});
}

/// Reads a description such as "f4 x, f4 y, f4 z, u1 intensity" of records without gaps.
///
/// Throws:  FormatError if a part of it is no type and a name, or x, y or z is not there.
[[nodiscard]] inline RecordLayout parse_record_fields(std::string_view description) {
  std::vector<RowField> fields;
  std::size_t bytes = 0;
  for (std::string_view rest = description; !rest.empty();) {
    std::size_t const comma = std::min(rest.find(','), rest.size());
    Words words(rest.substr(0, comma));
    std::string_view const type = words.next();
    std::string_view const name = words.next();
    bool const has_order = type.starts_with('<') || type.starts_with('>');
    std::optional<NpyType> const number = parse_npy_type(has_order ? std::string(type) : "<" + std::string(type));
    if (!number || name.empty() || !words.next().empty())
      throw FormatError(
          {"read_records: RecordFormat::fields has ", in_quotes(rest.substr(0, comma)),
           ", where a type and a name stand, as in \"f4 x, f4 y, f4 z, u1 intensity\"; types are i1, u1, i2, "
           "u2, i4, u4, i8, u8, f2, f4 and f8"});
    fields.push_back({name == "_" ? std::string() : std::string(name), number->type, bytes, number->is_big_endian});
    bytes += size_of(number->type);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return lay_out_records(fields, order_columns(fields, "read_records: RecordFormat::fields"), bytes);
}

/// The records that a format describes.
///
/// Throws:  ShapeError if there are fewer columns than a position has, or more than most_record_columns; FormatError if the
///          description of the fields is none.
[[nodiscard]] inline RecordLayout lay_out_records(RecordFormat const& format) {
  if (!format.fields.empty()) return parse_record_fields(format.fields);
  if (format.columns < least_record_columns || format.columns > most_record_columns)
    throw ShapeError({"read_records: RecordFormat::columns is ", format.columns, ", records have ",
                      least_record_columns, " to ", most_record_columns, " values: x, y, z and what else a point has"});
  RecordLayout layout;
  for (std::int64_t column = 0; column < format.columns; ++column) {
    layout.numbers.push_back({type_of(format.element), false, layout.record_bytes});
    layout.record_bytes += size_of(type_of(format.element));
  }
  return layout;
}

/// The bytes of one record.
///
/// Throws:  what lay_out_records throws.
[[nodiscard]] inline std::size_t record_bytes(RecordFormat const& format) {
  return lay_out_records(format).record_bytes;
}

}  // namespace sparseconv::inline v0_1

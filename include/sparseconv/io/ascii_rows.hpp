#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sparseconv/error.hpp"
#include "sparseconv/io/column_order.hpp"
#include "sparseconv/io/packed_colour.hpp"
#include "sparseconv/weights/number_text.hpp"
#include "sparseconv/weights/scalar_type.hpp"
#include "sparseconv/weights/text_lines.hpp"

namespace sparseconv::inline v0_1 {

/// Takes the next word of `words`. `where` and the line's number begin the message.
///
/// Throws:  FormatError if the line ends before it.
[[nodiscard]] inline std::string_view next_value(Words& words, TextLines const& lines, std::string_view where) {
  std::string_view word;
  if (!words.next(word))
    throw FormatError({where, ": line ", lines.number(), " ends before the last value that the header asks for"});
  return word;
}

/// Reads the next word of `words` as a number.
///
/// Throws:  FormatError if the line ends before it, or it is no number.
[[nodiscard]] inline float next_number(Words& words, TextLines const& lines, std::string_view where) {
  const std::string_view word = next_value(words, lines, where);
  const std::optional<float> value = parse_number(word);
  if (!value)
    throw FormatError({where, ": line ", lines.number(), " has ", in_quotes(word), ", where a number stands"});
  return *value;
}

/// Reads the next word of `words` as a field of `type`, into its columns of the row at `row`.
///
/// Throws:  FormatError if the line ends before it, or it is no number, or no packed colour where the field is one.
inline void read_field(Words& words, TextLines const& lines, ScalarType type, FieldColumns const& columns, float* row,
                       std::string_view where) {
  if (columns.colour_parts == 0) {
    float const value = next_number(words, lines, where);
    if (columns.first != no_column) row[columns.first] = value;
    return;
  }
  const std::string_view word = next_value(words, lines, where);
  if (!parse_packed_colour(word, type, columns.colour_parts, row + columns.first))
    throw FormatError({where, ": line ", lines.number(), " has ", in_quotes(word), ", where a packed colour stands, ",
                       (type == ScalarType::float32 ? "a float whose bits are 0xAARRGGBB"
                                                    : "a whole number of 32 bits, 0xAARRGGBB")});
}

/// Takes the next line that is not blank, one row of `total`.
///
/// Throws:  FormatError if no line is left.
[[nodiscard]] inline Words next_row(TextLines& lines, std::uint64_t row, std::uint64_t total, std::string_view what,
                                    std::string_view where) {
  std::string_view line;
  if (!lines.next_filled(line))
    throw FormatError(
        {where, ": the header asks for ", total, " ", what, " lines, the file ends after ", row, "; it is truncated"});
  return Words(line);
}

/// Throws:  FormatError if a word is left in the row.
inline void expect_end_of_row(Words words, TextLines const& lines, std::string_view where) {
  std::string_view word;
  if (words.next(word))
    throw FormatError({where, ": line ", lines.number(), " goes on with ", in_quotes(word),
                       " after the last value that the header asks for"});
}

/// Throws:  FormatError if a line that is not blank is left.
inline void expect_end_of_lines(TextLines& lines, std::string_view where) {
  std::string_view line;
  if (lines.next_filled(line))
    throw FormatError(
        {where, ": line ", lines.number(), ", ", in_quotes(line), ", comes after all that the header asks for"});
}

}  // namespace sparseconv::inline v0_1

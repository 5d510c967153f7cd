#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sparseconv/error.hpp"
#include "sparseconv/io/number_text.hpp"
#include "sparseconv/io/text_lines.hpp"

namespace sparseconv::inline v0_1 {

/// Reads the next word of `words` as a number. `where` and the line's number begin the message.
///
/// Throws:  FormatError if the line ends before it, or it is no number.
[[nodiscard]] inline float next_number(Words& words, TextLines const& lines, std::string_view where) {
  std::string_view word;
  if (!words.next(word))
    throw FormatError({where, ": line ", lines.number(), " ends before the last value that the header asks for"});
  const std::optional<float> value = parse_number(word);
  if (!value)
    throw FormatError({where, ": line ", lines.number(), " has ", in_quotes(word), ", where a number stands"});
  return *value;
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

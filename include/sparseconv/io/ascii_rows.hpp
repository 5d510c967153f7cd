#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sparseconv/error.hpp"
#include "sparseconv/io/byte_window.hpp"
#include "sparseconv/io/column_order.hpp"
#include "sparseconv/io/packed_colour.hpp"
#include "sparseconv/io/record_layout.hpp"
#include "sparseconv/io/word_stream.hpp"
#include "sparseconv/number/little_endian.hpp"
#include "sparseconv/number/scalar_loader.hpp"
#include "sparseconv/weights/number_text.hpp"

namespace sparseconv::inline v0_1 {

/// Reads a number with the digits of a double, so that rounding it to float gives the float that is nearest to the text.
[[nodiscard]] inline std::optional<double> parse_position(std::string_view word) {
  if (word.starts_with('+') && !word.starts_with("+-")) word.remove_prefix(1);
  std::optional<double> position = parse_exactly<double>(word);
  if (!position) return parse_no_number<double>(word);
  // A double halfway between two floats does not tell which is nearer to the text: its neighbour on that side does.
  constexpr std::uint64_t beyond_float = (std::uint64_t{1} << 29) - 1;
  if ((std::bit_cast<std::uint64_t>(*position) & beyond_float) == std::uint64_t{1} << 28)
    if (std::optional<float> const nearest = parse_exactly<float>(word); nearest && double{*nearest} != *position)
      position = std::nextafter(*position, double{*nearest});
  return position;
}

/// The rows of a text whose header says how many there are and which values they have. A row begins on a line of its own; a format
/// says whether its values may stand on several.
class AsciiRows {
 public:
  /// The text goes to the end of the window, which must stay; its first line is that of the number `line`.
  AsciiRows(ByteWindow& window, std::size_t line, bool may_span_lines)
      : words_(window, line), where_(window.where()), may_span_lines_(may_span_lines) {}

  /// Begins row `row` of `total`, which messages call `what` lines.
  void begin_row(std::uint64_t row, std::uint64_t total, std::string_view what) {
    row_ = row;
    total_ = total;
    what_ = what;
    is_first_ = true;
  }

  /// Takes the next value of the row.
  ///
  /// Throws:  FormatError if the row ends before it.
  [[nodiscard]] std::string_view next_value() {
    std::size_t const line = words_.line();
    std::string_view word;
    bool const is_there = words_.next(word);
    if (is_first_ && !is_there)
      throw FormatError({where_, ": the header asks for ", total_, " ", what_, " lines, the file ends after ", row_,
                         "; it is truncated"});
    if (!is_first_ && (!is_there || (words_.begins_line() && !may_span_lines_)))
      throw FormatError({where_, ": line ", line, " ends before the last value that the header asks for"});
    is_first_ = false;
    return word;
  }

  /// Takes the next value of the row as a field of `type`, into its columns of a record that `layout` describes.
  ///
  /// Throws:  FormatError if the row ends before it, or it is no number, or no packed colour where the field is one.
  void read_field(ScalarType type, FieldColumns const& columns, RecordLayout const& layout, std::byte* record) {
    std::string_view const word = next_value();
    auto const first = static_cast<std::size_t>(columns.first);
    if (columns.colour_parts > 0) {
      float parts[colour_parts.size()];
      if (!parse_packed_colour(word, type, columns.colour_parts, parts))
        throw FormatError({where_, ": line ", words_.line(), " has ", in_quotes(word),
                           ", where a packed colour stands, ",
                           (type == ScalarType::float32 ? "a float whose bits are 0xAARRGGBB"
                                                        : "a whole number of 32 bits, 0xAARRGGBB")});
      for (std::size_t part = 0; part < columns.colour_parts; ++part)
        store_little_endian(parts[part], record + layout.numbers[first + part].begin);
    } else if (columns.first != no_column && first < 3) {
      store_little_endian(expect(parse_position(word), word), record + layout.numbers[first].begin);
    } else {
      float const value = expect(parse_number(word), word);
      if (columns.first != no_column) store_little_endian(value, record + layout.numbers[first].begin);
    }
  }

  /// Takes the next value of the row as a list's length, and passes over as many values. `name` is that of the list.
  ///
  /// Throws:  FormatError if the row ends before them, or the first is no count.
  void skip_list(std::string_view name) {
    std::string_view const word = next_value();
    std::optional<std::uint64_t> const length = parse_count(word);
    if (!length)
      throw FormatError({where_, ": line ", words_.line(), " has ", in_quotes(word), ", where the length of the list ",
                         in_quotes(name), " stands"});
    for (std::uint64_t i = 0; i < *length; ++i) {
      std::string_view const value = next_value();
      static_cast<void>(expect(parse_number(value), value));
    }
  }

  /// Throws:  FormatError if a value is left on the row's last line.
  void end_row() {
    if (!words_.line_goes_on()) return;
    std::string_view word;
    words_.next(word);
    throw FormatError({where_, ": line ", words_.line(), " goes on with ", in_quotes(word),
                       " after the last value that the header asks for"});
  }

  /// Throws:  FormatError if a word is left.
  void end_text() {
    std::string_view word;
    if (words_.next(word))
      throw FormatError({where_, ": line ", words_.line(), ", which begins with ", in_quotes(word),
                         ", comes after all that the header asks for; correct the count in the header, or cut it off"});
  }

 private:
  template <class T>
  T expect(std::optional<T> value, std::string_view word) const {
    if (!value)
      throw FormatError({where_, ": line ", words_.line(), " has ", in_quotes(word), ", where a number stands"});
    return *value;
  }

  WordStream words_;
  std::string where_;
  bool may_span_lines_;
  bool is_first_ = true;
  std::uint64_t row_ = 0;
  std::uint64_t total_ = 0;
  std::string what_;
};

}  // namespace sparseconv::inline v0_1

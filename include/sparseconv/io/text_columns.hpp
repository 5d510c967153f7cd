#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/io/byte_window.hpp"
#include "sparseconv/io/column_order.hpp"
#include "sparseconv/weights/number_text.hpp"
#include "sparseconv/weights/text_lines.hpp"

namespace sparseconv::inline v0_1 {

/// What a text of columns does not say itself, or says wrongly.
struct TextFormat {
  /// The names of the columns, blanks between them, as in "x y z _ intensity"; a column called _ is passed over. Empty: those of a
  /// line above the numbers, if there is one; else the first three columns are x, y and z.
  std::string names = {};
  /// What stands between two values. 0: the semicolon, the comma or blanks, as the first line of numbers has them.
  char separator = 0;
};

/// The lines of a text from the window's beginning on, however long it is. A line ends at LF, CR LF or CR.
class LineStream {
 public:
  /// The window must stay.
  explicit LineStream(ByteWindow& window) : window_(&window) {}

  /// Takes the next line, without its end; it stays until the next call. False, and `line` is untouched, if none is left.
  ///
  /// Throws:  FormatError at a byte that is zero, which no text has, and at a line longer than longest_text_header.
  bool next(std::string_view& line) {
    window_->drop(taken_);
    taken_ = 0;
    for (std::size_t seen = 0;;) {
      std::span<const std::byte> const bytes = window_->ahead(seen + 1);
      std::string_view const text(reinterpret_cast<char const*>(bytes.data()), bytes.size());
      // The LF of a CR LF whose CR ended the line before.
      if (seen == 0 && after_cr_ && text.starts_with('\n')) {
        window_->drop(1);
        after_cr_ = false;
        continue;
      }
      std::size_t const end = std::min(text.find_first_of("\r\n", seen), text.size());
      if (std::size_t const zero = text.substr(0, end).find('\0', seen); zero != std::string_view::npos)
        throw FormatError({window_->where(), ": byte ", window_->position() + zero,
                           " is zero, which no text has; the file is damaged, or in another format"});
      if (end > longest_text_header)
        throw FormatError({window_->where(), ": line ", number_ + 1, " has more than ", longest_text_header,
                           " bytes; is the file in another format?"});
      bool const is_end = text.size() == seen;
      seen = text.size();
      if (end == text.size() && !is_end) continue;
      if (text.empty()) return false;
      after_cr_ = end < text.size() && text[end] == '\r';
      taken_ = std::min(end + 1, text.size());
      line = text.substr(0, end);
      ++number_;
      return true;
    }
  }

  /// The number of the line taken last; the first is 1.
  [[nodiscard]] std::size_t number() const noexcept { return number_; }

 private:
  ByteWindow* window_;
  std::size_t taken_ = 0;
  std::size_t number_ = 0;
  bool after_cr_ = false;
};

/// Whether a line says something to people only: it is blank, or begins with #, //, % or !.
[[nodiscard]] inline bool is_comment(std::string_view line) {
  std::string_view const word = Words(line).next();
  return word.empty() || word[0] == '#' || word[0] == '%' || word[0] == '!' || word.starts_with("//");
}

/// The separator that a line seems to have: a semicolon, a comma, or a blank for any number of blanks. Where tabs are, a comma is
/// one within numbers.
[[nodiscard]] inline char find_separator(std::string_view line) {
  if (line.find(';') != std::string_view::npos) return ';';
  if (line.find(',') != std::string_view::npos && line.find('\t') == std::string_view::npos) return ',';
  return ' ';
}

/// Cuts a line into values, without blanks and quotes around them. Between two separators there may be none; behind the last
/// separator of a line there is none that counts.
inline void split_values(std::string_view line, char separator, std::vector<std::string_view>& values) {
  values.clear();
  if (separator == ' ') {
    Words words(line);
    for (std::string_view word; words.next(word);) values.push_back(word);
    return;
  }
  constexpr std::string_view blanks = " \t\v\f";
  while (!line.empty()) {
    std::size_t const end = std::min(line.find(separator), line.size());
    std::string_view value = line.substr(0, end);
    value.remove_prefix(std::min(value.find_first_not_of(blanks), value.size()));
    value.remove_suffix(value.size() - 1 - value.find_last_not_of(blanks));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    line.remove_prefix(std::min(end + 1, line.size()));
    if (!value.empty() || line.find_first_not_of(blanks) != std::string_view::npos) values.push_back(value);
  }
}

/// Whether all values are numbers, but for those that are missing, which not all are.
[[nodiscard]] inline bool are_numbers(std::span<const std::string_view> values) {
  bool has_number = false;
  for (std::string_view const value : values) {
    if (value.empty()) continue;
    std::string with_point(value);
    std::replace(with_point.begin(), with_point.end(), ',', '.');
    if (!parse_number(with_point)) return false;
    has_number = true;
  }
  return has_number;
}

/// The names that Leica's .pts files, which begin with the number of their points, have for as many columns; they write none.
[[nodiscard]] inline std::vector<std::string> names_of_pts(std::size_t columns) {
  if (columns == 4) return {"x", "y", "z", "intensity"};
  if (columns == 6) return {"x", "y", "z", "red", "green", "blue"};
  if (columns == 7) return {"x", "y", "z", "intensity", "red", "green", "blue"};
  return {};
}

/// The columns as fields of a row; one called _ has no name. They are as of doubles, so that none is taken for a packed colour.
[[nodiscard]] inline std::vector<RowField> text_fields(std::span<const std::string> names) {
  std::vector<RowField> fields;
  for (std::string const& name : names) fields.push_back({name == "_" ? std::string() : name, ScalarType::float64});
  return fields;
}

/// Whether x, y and z are among the names, once each.
[[nodiscard]] inline bool have_axes(std::span<const std::string> names) {
  std::vector<RowField> const fields = text_fields(names);
  return find_axis(fields, 'x').size() == 1 && find_axis(fields, 'y').size() == 1 && find_axis(fields, 'z').size() == 1;
}

/// What the lines above the first line of numbers say, and that line.
struct TextColumns {
  char separator = ' ';
  std::size_t columns = 0;
  std::vector<std::string> names = {};
  std::optional<std::uint64_t> points = std::nullopt;  ///< that a line of one number tells
  std::string first_line = {};                         ///< of numbers; empty if there is none
  std::size_t first_number = 0;                        ///< of that line
};

/// Reads the lines up to the first of numbers.
///
/// Throws:  FormatError if there is none, or more than one line of other words is above it.
[[nodiscard]] inline TextColumns read_text_head(LineStream& lines, TextFormat const& format, std::string_view where) {
  TextColumns head;
  std::vector<std::string_view> values;
  std::string comment;
  std::string header;
  std::string_view line;
  while (lines.next(line)) {
    if (lines.number() == 1 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    if (is_comment(line)) {
      std::size_t const begin = line.find_first_not_of("#/%! \t");
      if (begin != std::string_view::npos) comment = line.substr(begin);
      continue;
    }
    head.separator = format.separator != 0 ? format.separator : find_separator(line);
    split_values(line, head.separator, values);
    if (!are_numbers(values)) {
      if (!header.empty())
        throw FormatError({where, ": line ", lines.number(), ", ", in_quotes(line),
                           ", is not of numbers, and a line of names was above it; is the file in another format?"});
      header = line;
      continue;
    }
    if (values.size() == 1 && !head.points && parse_count(values.front())) {
      head.points = parse_count(values.front());
      continue;
    }
    head.columns = values.size();
    head.first_line = line;
    head.first_number = lines.number();
    break;
  }
  if (head.columns == 0 && header.empty() && !head.points)
    throw FormatError({where, ": no line of numbers is in it; is the file empty, or in another format?"});
  std::string const& names = !format.names.empty() ? format.names : !header.empty() ? header : comment;
  if (!names.empty()) {
    split_values(names, format.names.empty() ? find_separator(names) : ' ', values);
    head.names.assign(values.begin(), values.end());
    // A comment may be anything: it names columns if it has as many words, and x, y and z among them.
    if (&names == &comment && (values.size() != head.columns || !have_axes(head.names))) head.names.clear();
  }
  if (head.names.empty() && head.points) head.names = names_of_pts(head.columns);
  if (head.columns == 0) head.columns = head.names.empty() ? 3 : head.names.size();
  return head;
}

}  // namespace sparseconv::inline v0_1

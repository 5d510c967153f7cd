#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/io/byte_window.hpp"
#include "sparseconv/io/column_order.hpp"
#include "sparseconv/io/text_values.hpp"
#include "sparseconv/points/strided_points.hpp"
#include "sparseconv/weights/number_text.hpp"
#include "sparseconv/weights/text_lines.hpp"

namespace sparseconv::inline v0_1 {

/// What a text of columns does not say itself, or says wrongly.
struct TextFormat {
  /// The names of the columns, blanks between them, as in "x y z _ intensity"; a column called _ is passed over. Empty: those of a
  /// line above the numbers, if there is one; else the first three columns are x, y and z. Where names are told, lines of words
  /// above the numbers say nothing, and what is passed over need not be numbers.
  std::string names = {};
  /// What stands between two values. 0: the semicolon, the comma, the tab or blanks, as the first line of numbers has them.
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

/// The names that a line has above `columns` values, or above an unknown number where that is 0. It is cut at `separator`, or else at
/// what makes as many names as there are values, x, y and z among them; if nothing does, at what makes the most.
[[nodiscard]] inline std::vector<std::string> cut_names(std::string_view line, char separator, std::size_t columns) {
  std::vector<std::string_view> values;
  auto const names_cut_at = [&](char at) {
    split_values(line, at, values);
    if (values.size() > 1 && values.back().empty()) values.pop_back();
    return std::vector<std::string>(values.begin(), values.end());
  };
  char most_at = separator;
  std::size_t most = 0;
  for (char const tried : separators_beginning_with(separator)) {
    std::vector<std::string> names = names_cut_at(tried);
    if ((columns == 0 || names.size() == columns) && have_axes(names)) return names;
    if (names.size() > most) most_at = tried;
    most = std::max(most, names.size());
  }
  return names_cut_at(most_at);
}

/// What is known of the columns before a line of numbers is found.
struct TextNames {
  TextFormat format = {};
  std::vector<std::string> told = {};  ///< by TextFormat::names
  std::string above = {};              ///< a line of names
  std::size_t lines_above = 0;         ///< that are not of numbers
  std::string comment = {};            ///< the last one

  /// The names of the values of a line that was cut at `separator`. None if they are not known.
  [[nodiscard]] std::vector<std::string> of_values(std::size_t count, char separator) const {
    if (!told.empty()) return told;
    return above.empty() ? std::vector<std::string>() : cut_names(above, separator, count);
  }

  /// Whether a file without points may have the lines that are above: one of names, which does not begin as a number does.
  [[nodiscard]] bool may_be_all() const {
    constexpr std::string_view begins_numbers = "0123456789+-.";
    return lines_above == 1 && begins_numbers.find(Words(above).next().front()) == std::string_view::npos;
  }
};

/// Whether a line's values are a point's numbers. Some may be missing, and all if the names say that it is one; those of columns that
/// are passed over may be anything.
[[nodiscard]] inline bool are_numbers(std::span<const std::string_view> values, std::span<const std::string> names) {
  bool const are_named = names.size() == values.size() && have_axes(names);
  bool has_number = are_named;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (are_named && names[i] == "_") continue;
    if (!parse_value(values[i], false)) return false;
    has_number = has_number || !is_missing(values[i]);
  }
  return has_number;
}

/// Cuts a line of numbers at the separator that is told, or at the first that makes numbers of all its values. False if none does.
[[nodiscard]] inline bool cut_numbers(std::string_view line, TextNames const& names, char& separator,
                                      std::vector<std::string_view>& values) {
  bool const is_told = names.format.separator != 0;
  for (char const tried : usual_separators) {
    separator = is_told ? names.format.separator : tried;
    split_values(line, separator, values);
    if (!is_told && tried != ' ' && values.size() == 1) continue;
    std::vector<std::string> const named = names.of_values(values.size(), separator);
    bool const fits = values.size() == named.size();
    if (values.size() > 1 && values.back().empty() && !fits) values.pop_back();
    // Some tabs may be one gap, or have no value between them: the names tell.
    bool const has_gap = std::find(values.begin(), values.end(), std::string_view()) != values.end();
    if (!is_told && tried == '\t' && has_gap && !fits) continue;
    if (are_numbers(values, named)) return true;
    if (is_told) break;
  }
  return false;
}

/// Throws:  FormatError if a line that is not of numbers is none of names, but a point with something else among its numbers, or with
///          more or fewer values than have names, or cut at another separator than is told.
inline void expect_names(std::string_view line, std::size_t number, TextNames const& names, std::string_view where) {
  std::vector<std::string_view> values;
  for (char const separator : separators_beginning_with(names.format.separator)) {
    split_values(line, separator, values);
    std::vector<std::string> const named = names.of_values(values.size(), separator);
    if (!have_axes(named)) continue;
    std::size_t const both = std::min(named.size(), values.size());
    int positions = 0;
    std::size_t word = named.size();
    for (std::size_t column = 0; column < both; ++column) {
      std::string_view const name = named[column];
      if (parse_value(values[column], false)) {
        positions += is_called(name, "x") || is_called(name, "y") || is_called(name, "z") ? 1 : 0;
      } else if (name != "_") {
        word = std::min(word, column);
      }
    }
    // A title may have a number as well.
    if (positions >= 2 && word < named.size() && named.size() == values.size())
      throw FormatError({where, ": line ", number, " has ", in_quotes(values[word]), " as ", in_quotes(named[word]),
                         ", where a number stands; name the columns by TextFormat::names, and that one _, which is "
                         "passed over"});
    if (positions == 3)
      throw FormatError({where, ": line ", number, ", ", in_quotes(line), ", has numbers for x, y and z, and ",
                         values.size(), " values where ", named.size(),
                         " columns have names; name all of them by TextFormat::names, and by TextFormat::separator "
                         "what stands between them"});
  }
  if (names.told.empty() && !names.above.empty())
    throw FormatError({where, ": line ", number, ", ", in_quotes(line),
                       ", is not of numbers, and a line of names was above it; name the columns by TextFormat::names, "
                       "as in \"x y z _\", or what stands between values by TextFormat::separator; or is the file in "
                       "another format?"});
}

/// Reads the lines up to the first of numbers.
///
/// Throws:  FormatError if there is none, or a line of other words is above it that is none of names.
[[nodiscard]] inline TextColumns read_text_head(LineStream& lines, TextFormat const& format, std::string_view where) {
  TextColumns head{.separator = format.separator};
  TextNames names{.format = format};
  std::vector<std::string_view> values;
  split_values(format.names, ' ', values);
  names.told.assign(values.begin(), values.end());
  std::string_view line;
  while (lines.next(line)) {
    if (is_comment(line)) {
      std::size_t const begin = line.find_first_not_of("#/%! \t");
      if (begin != std::string_view::npos) names.comment = line.substr(begin);
      continue;
    }
    if (!cut_numbers(line, names, head.separator, values)) {
      expect_names(line, lines.number(), names, where);
      names.above = line;
      ++names.lines_above;
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
  if (head.columns == 0 && !head.points && !names.may_be_all())
    throw FormatError({where,
                       ": no line of numbers is in it; is the file empty, or in another format, or does something "
                       "else than a comma, a semicolon or blanks stand between its values? Name that by "
                       "TextFormat::separator"});
  if (head.columns == 0) head.separator = format.separator;
  head.names = names.of_values(head.columns, head.separator);
  if (head.names.empty()) {
    // A comment may be anything: it names columns if it has as many words, and x, y and z among them.
    head.names = cut_names(names.comment, head.separator, head.columns);
    if (head.names.size() != head.columns || !have_axes(head.names)) head.names.clear();
  }
  if (head.names.empty() && head.points) head.names = names_of_pts(head.columns);
  if (head.columns == 0) head.columns = head.names.empty() ? 3 : head.names.size();
  return head;
}

}  // namespace sparseconv::inline v0_1

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sparseconv/io/ascii_rows.hpp"
#include "sparseconv/points/strided_points.hpp"
#include "sparseconv/weights/number_text.hpp"

namespace sparseconv::inline v0_1 {

/// What stands between the values of a line, in the order in which it is tried; a blank for any number of blanks.
inline constexpr std::array<char, 4> usual_separators = {';', ',', '\t', ' '};

/// The separators to try for a line of names: one that is told or was found, then the usual ones.
[[nodiscard]] constexpr std::array<char, 5> separators_beginning_with(char separator) {
  return {separator, usual_separators[0], usual_separators[1], usual_separators[2], usual_separators[3]};
}

/// Cuts a line into values, without blanks and quotes around them; within quotes nothing is a separator. Between two separators, and
/// behind the last, there may be no value: it is empty.
inline void split_values(std::string_view line, char separator, std::vector<std::string_view>& values) {
  values.clear();
  auto const is_blank = [separator](char c) {
    return c == ' ' || c == '\v' || c == '\f' || (c == '\t' && separator != '\t');
  };
  auto const separates = [&](char c) { return separator == ' ' ? is_blank(c) : c == separator; };
  for (bool goes_on = true; goes_on;) {
    while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
    if (separator == ' ' && line.empty()) return;
    std::size_t const quote = line.starts_with('"') ? line.find('"', 1) : std::string_view::npos;
    std::size_t end = quote == std::string_view::npos ? 0 : quote + 1;
    while (end < line.size() && !separates(line[end])) ++end;
    goes_on = end < line.size();
    std::string_view value = line.substr(0, end);
    while (!value.empty() && is_blank(value.back())) value.remove_suffix(1);
    if (quote != std::string_view::npos && quote + 1 == value.size()) value = value.substr(1, quote - 1);
    values.push_back(value);
    line.remove_prefix(goes_on ? end + 1 : end);
  }
}

/// Whether a value is missing: nothing stands there, or what programs write for it.
[[nodiscard]] inline bool is_missing(std::string_view value) {
  return value.empty() || is_called(value, "na") || is_called(value, "n/a") || is_called(value, "null") ||
         is_called(value, "none");
}

/// Reads a value, NaN if it is missing. A comma in it is the point of a number, as in 1,5. Nothing if it is no number.
[[nodiscard]] inline std::optional<double> parse_value(std::string_view value, bool is_position) {
  std::string with_point;
  if (value.find(',') != std::string_view::npos) {
    with_point = value;
    std::replace(with_point.begin(), with_point.end(), ',', '.');
    value = with_point;
  }
  if (is_position) {
    if (std::optional<double> const position = parse_position(value)) return position;
  } else if (std::optional<float> const number = parse_number(value)) {
    return *number;
  }
  if (is_missing(value)) return std::numeric_limits<double>::quiet_NaN();
  return std::nullopt;
}

}  // namespace sparseconv::inline v0_1

#pragma once

#include <charconv>
#include <cstdint>
#include <limits>
#include <locale>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>

namespace sparseconv::inline v0_1 {

/// Whether this standard library can read a T with std::from_chars; some read only integers.
template <class T>
concept ReadByFromChars = requires(char const* text, T value) {
  std::from_chars(text, text, value);
};

/// Reads the whole of `word` as a T with a stream of the classic locale: for standard libraries that cannot do better.
template <class T>
[[nodiscard]] std::optional<T> parse_by_stream(std::string_view word) {
  bool const negative = word.starts_with('-');
  const std::string_view magnitude = word.substr(negative ? 1 : 0);
  for (const std::string_view name : {"nan", "NaN", "NAN"})
    if (magnitude == name) return std::numeric_limits<T>::quiet_NaN();
  for (const std::string_view name : {"inf", "Inf", "INF"})
    if (magnitude == name) return negative ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::infinity();
  // A stream takes more than from_chars does: hexadecimal digits, a leading plus, blanks.
  if (magnitude.find_first_not_of("0123456789.eE+-") != std::string_view::npos || magnitude.starts_with('+'))
    return std::nullopt;
  std::istringstream stream{std::string(word)};
  stream.imbue(std::locale::classic());
  T value{};
  stream >> value;
  if (stream.fail() || stream.peek() != std::istringstream::traits_type::eof()) return std::nullopt;
  return value;
}

/// Reads the whole of `word` as a T; nothing if it is no number, or one beyond T's range. The locale has no say in it.
template <class T>
[[nodiscard]] std::optional<T> parse_exactly(std::string_view word) {
  if constexpr (ReadByFromChars<T>) {
    T value{};
    char const* end = word.data() + word.size();
    auto const [stop, failure] = std::from_chars(word.data(), end, value);
    if (failure != std::errc{} || stop != end) return std::nullopt;
    return value;
  } else {
    return parse_by_stream<T>(word);
  }
}

/// Reads what C libraries of Windows write where there is no number: 1, a point, a number sign and INF, IND, QNAN or SNAN, with a sign
/// before it or digits behind. Nothing for any other word.
template <class T>
[[nodiscard]] std::optional<T> parse_no_number(std::string_view word) {
  bool const negative = word.starts_with('-');
  if (negative || word.starts_with('+')) word.remove_prefix(1);
  if (word.starts_with("1.#INF")) {
    T const infinity = std::numeric_limits<T>::infinity();
    return negative ? -infinity : infinity;
  }
  for (std::string_view const name : {"1.#IND", "1.#QNAN", "1.#SNAN"})
    if (word.starts_with(name)) return std::numeric_limits<T>::quiet_NaN();
  return std::nullopt;
}

/// Reads a number as a file writes it, rounded to the nearest float: "1", "-0.5", "+1e-3", "nan", "inf".
/// Beyond float's range it is infinite, or zero; nothing if `word` is no number, or one beyond the range of double.
[[nodiscard]] inline std::optional<float> parse_number(std::string_view word) {
  if (word.starts_with('+') && !word.starts_with("+-")) word.remove_prefix(1);
  if (const std::optional<float> value = parse_exactly<float>(word)) return value;
  if (const std::optional<double> value = parse_exactly<double>(word)) return static_cast<float>(*value);
  return parse_no_number<float>(word);
}

/// Reads a count: decimal digits only, at most INT64_MAX.
[[nodiscard]] inline std::optional<std::uint64_t> parse_count(std::string_view word) {
  const std::optional<std::int64_t> value = parse_exactly<std::int64_t>(word);
  if (!value || *value < 0 || word.starts_with('-')) return std::nullopt;
  return static_cast<std::uint64_t>(*value);
}

}  // namespace sparseconv::inline v0_1

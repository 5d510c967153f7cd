#pragma once

#include <charconv>
#include <clocale>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#if __has_include(<xlocale.h>)  // where macOS and FreeBSD declare strtod_l
#include <xlocale.h>
#endif

namespace sparseconv::inline v0_1 {

/// Whether std::from_chars may be asked for floating-point numbers: what Apple's headers declare may be missing from the older systems
/// that a program is for, and no concept sees that.
#if defined(__APPLE__) && !defined(__cpp_lib_to_chars)
inline constexpr bool from_chars_reads_reals = false;
#else
inline constexpr bool from_chars_reads_reals = true;
#endif

/// Whether this standard library can read a T with std::from_chars; some read only integers.
template <class T>
concept ReadByFromChars = (std::integral<T> || from_chars_reads_reals) && requires(char const* text, T value) {
  std::from_chars(text, text, value);
};

#if !defined(_WIN32)  // whose standard libraries have std::from_chars, but for libc++ before 20
/// Reads the number that a text begins with, as std::strtod does where a program has never set a locale. `stop` is set behind it.
template <std::floating_point T>
[[nodiscard]] T read_in_classic_locale(char const* text, char** stop) {
  static ::locale_t const classic = ::newlocale(LC_ALL_MASK, "C", ::locale_t{});
  if constexpr (sizeof(T) == sizeof(float)) {
    return ::strtof_l(text, stop, classic);
  } else {
    return ::strtod_l(text, stop, classic);
  }
}

/// Does what parse_exactly does of a floating-point type by the C library: for standard libraries whose std::from_chars lacks these.
template <std::floating_point T>
[[nodiscard]] std::optional<T> parse_by_c_library(std::string_view word) {
  std::string_view const magnitude = word.substr(word.starts_with('-') ? 1 : 0);
  if (magnitude.empty() || magnitude.find_first_of("+-") == 0) return std::nullopt;
  // The C library takes more than from_chars does: blanks, hexadecimal digits, a number at the begin of a longer text.
  bool const is_name = std::string_view("iInN").find(magnitude.front()) != std::string_view::npos;
  std::string_view const letters =
      is_name ? "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_()" : "0123456789.eE+-";
  if (magnitude.find_first_not_of(letters) != std::string_view::npos) return std::nullopt;
  std::string const text(word);
  char* stop = nullptr;
  T const value = read_in_classic_locale<T>(text.c_str(), &stop);
  if (stop != text.c_str() + text.size()) return std::nullopt;
  if (is_name) return value;
  std::string_view const digits = magnitude.substr(0, magnitude.find_first_of("eE"));
  bool const is_zero = digits.find_first_of("123456789") == std::string_view::npos;
  if (std::isinf(value) || (value == 0 && !is_zero)) return std::nullopt;  // beyond the range of T
  return value;
}
#endif

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
    return parse_by_c_library<T>(word);
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

#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cfloat>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "sparseconv/weights/long_decimal.hpp"

namespace sparseconv::inline v0_1 {

// What Apple's headers declare may be missing from the older systems that a program is for, and no concept sees that.
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

/// The number that the whole of `word` names, as std::from_chars has it: inf, infinity, nan, nan(letters), capital or small.
template <class T>
[[nodiscard]] std::optional<T> parse_name_of_number(std::string_view word) {
  bool const negative = word.starts_with('-');
  std::string name(word.substr(negative ? 1 : 0));
  for (char& letter : name)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  using Limits = std::numeric_limits<T>;
  if (name == "inf" || name == "infinity") return negative ? -Limits::infinity() : Limits::infinity();
  bool const has_letters = name.starts_with("nan(") && name.ends_with(')');
  if (name != "nan" && !has_letters) return std::nullopt;
  if (has_letters && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_", 4) != name.size() - 1)
    return std::nullopt;
  return negative ? -Limits::quiet_NaN() : Limits::quiet_NaN();
}

/// The number of type T that is nearest to an integer below 2^53 times 10^power, where one operation of doubles is sure to find it.
template <class T>
[[nodiscard]] std::optional<T> nearest_by_one_operation(std::uint64_t integer, std::int64_t power) {
  constexpr std::array powers{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                              1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};  // each exact
  std::size_t const which = static_cast<std::size_t>(power < 0 ? -power : power);
  if (FLT_EVAL_METHOD != 0 || which >= powers.size()) return std::nullopt;
  double const exact = static_cast<double>(integer);
  double const value = power < 0 ? exact / powers[which] : exact * powers[which];
  if constexpr (sizeof(T) < sizeof(double)) {
    // To round twice does no harm but halfway between two floats, and where floats have fewer bits or end.
    constexpr std::uint64_t beyond_float = (std::uint64_t{1} << 29) - 1;
    bool const is_halfway = (std::bit_cast<std::uint64_t>(value) & beyond_float) == std::uint64_t{1} << 28;
    if (is_halfway || value < 0x1p-120 || value > 0x1p120) return std::nullopt;
  }
  return static_cast<T>(value);
}

/// Does what parse_exactly does of a floating-point type, without std::from_chars: for standard libraries that lack it.
template <class T>
[[nodiscard]] std::optional<T> parse_by_digits(std::string_view word) {
  bool const negative = word.starts_with('-');
  std::string_view rest = word.substr(negative ? 1 : 0);
  std::string digits;
  auto const take_digits = [&] {
    std::size_t const count = std::min(rest.find_first_not_of("0123456789"), rest.size());
    digits += rest.substr(0, count);
    rest.remove_prefix(count);
  };
  take_digits();
  auto point = static_cast<std::int64_t>(digits.size());
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    take_digits();
  }
  if (digits.empty()) return parse_name_of_number<T>(word);
  if (rest.starts_with('e') || rest.starts_with('E')) {
    rest.remove_prefix(1);
    bool const is_small = rest.starts_with('-');
    if (is_small || rest.starts_with('+')) rest.remove_prefix(1);
    if (rest.empty()) return std::nullopt;
    constexpr std::int64_t most = std::int64_t{1} << 50;  // more than a text has digits
    std::int64_t exponent = 0;
    for (; !rest.empty() && rest.front() >= '0' && rest.front() <= '9'; rest.remove_prefix(1))
      exponent = std::min(10 * exponent + (rest.front() - '0'), most);
    point += is_small ? -exponent : exponent;
  }
  if (!rest.empty()) return std::nullopt;
  if (digits.size() <= 15) {
    std::uint64_t integer = 0;
    for (char const digit : digits) integer = 10 * integer + static_cast<std::uint64_t>(digit - '0');
    if (auto const value = nearest_by_one_operation<T>(integer, point - static_cast<std::int64_t>(digits.size())))
      return negative ? -*value : *value;
  }
  LongDecimal decimal(digits, point);
  bool const is_zero = decimal.is_zero();
  T const value = std::move(decimal).template nearest<T>();
  if (std::isinf(value) || (value == 0 && !is_zero)) return std::nullopt;
  return negative ? -value : value;
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
    return parse_by_digits<T>(word);
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

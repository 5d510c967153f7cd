#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sparseconv::inline v0_1 {

/// Appends a character in UTF-8. Source: RFC 3629, but halves of pairs are written as they are.
inline void append_utf8(std::uint32_t character, std::string& to) {
  auto const tail = [&](unsigned shift) { to += static_cast<char>(0x80U | ((character >> shift) & 0x3fU)); };
  if (character < 0x80) {
    to += static_cast<char>(character);
    return;
  }
  if (character < 0x800) {
    to += static_cast<char>(0xc0U | (character >> 6));
    return tail(0);
  }
  if (character < 0x10000) {
    to += static_cast<char>(0xe0U | (character >> 12));
  } else {
    to += static_cast<char>(0xf0U | (character >> 18));
    tail(12);
  }
  tail(6);
  tail(0);
}

/// The number that exactly `count` digits of that base at the beginning of `text` write; nothing if they are none.
[[nodiscard]] inline std::optional<std::uint32_t> leading_digits(std::string_view text, std::size_t count,
                                                                 std::uint32_t base) {
  if (text.size() < count) return std::nullopt;
  std::uint32_t number = 0;
  for (char const c : text.substr(0, count)) {
    std::uint32_t digit = base;
    if (c >= '0' && c <= '9') digit = static_cast<std::uint32_t>(c - '0');
    if (c >= 'a' && c <= 'f') digit = static_cast<std::uint32_t>(c - 'a') + 10;
    if (c >= 'A' && c <= 'F') digit = static_cast<std::uint32_t>(c - 'A') + 10;
    if (digit >= base) return std::nullopt;
    number = number * base + digit;
  }
  return number;
}

/// The text that a line in quotes writes, with backslashes as in a literal of Python 2; nothing if it is none.
[[nodiscard]] inline std::optional<std::string> unquoted_text(std::string_view line) {
  if (line.size() < 2 || line.front() != line.back() || (line.front() != '\'' && line.front() != '"'))
    return std::nullopt;
  line = line.substr(1, line.size() - 2);
  constexpr std::string_view letters = "\\'\"abfnrtv";
  constexpr std::string_view meanings = "\\'\"\a\b\f\n\r\t\v";
  std::string text;
  while (!line.empty()) {
    char const c = line.front();
    line.remove_prefix(1);
    if (c != '\\') {
      text += c;
      continue;
    }
    if (line.empty()) return std::nullopt;
    std::size_t const letter = letters.find(line.front());
    std::size_t octal = 0;
    while (octal < 3 && leading_digits(line.substr(octal), 1, 8)) ++octal;
    if (letter != std::string_view::npos) {
      text += meanings[letter];
      line.remove_prefix(1);
    } else if (octal > 0) {
      text += static_cast<char>(*leading_digits(line, octal, 8) & 0xffU);
      line.remove_prefix(octal);
    } else if (line.front() == 'x') {
      const std::optional<std::uint32_t> byte = leading_digits(line.substr(1), 2, 16);
      if (!byte) return std::nullopt;
      text += static_cast<char>(*byte);
      line.remove_prefix(3);
    } else {
      text += '\\';  // Python keeps a backslash that means nothing
    }
  }
  return text;
}

/// The text that a line of Latin-1 writes in which `u` and four, or `U` and eight, hexadecimal digits stand for a character; nothing if
/// the digits are missing, or name no character.
[[nodiscard]] inline std::optional<std::string> unescaped_text(std::string_view line) {
  std::string text;
  while (!line.empty()) {
    bool const escaped = line.starts_with("\\u") || line.starts_with("\\U");
    if (!escaped) {
      append_utf8(static_cast<std::uint8_t>(line.front()), text);
      line.remove_prefix(1);
      continue;
    }
    std::size_t const digits = line[1] == 'u' ? 4 : 8;
    const std::optional<std::uint32_t> character = leading_digits(line.substr(2), digits, 16);
    if (!character || *character > 0x10ffff) return std::nullopt;
    append_utf8(*character, text);
    line.remove_prefix(2 + digits);
  }
  return text;
}

}  // namespace sparseconv::inline v0_1

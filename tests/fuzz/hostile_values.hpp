#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dice.hpp"

namespace sparseconv::fuzz {

/// The words of a list in which blanks separate them.
inline std::vector<std::string_view> split_words(std::string_view list) {
  std::vector<std::string_view> words;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(' '), list.size());
    words.push_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return words;
}

/// Counts as a header may write them: the ends of the integer types and what lies beside them, 2^62, 2^64 / 6 and
/// 2^64 / 12, whose products with a size end there, and what is no count.
inline std::vector<std::string_view> const hostile_counts = split_words(
    "0 1 2 3 4 5 8 00 0003 -0 -1 -2 +2 255 256 65533 65535 65536 65537 2147483647 2147483648 -2147483648 4294967295 "
    "4294967296 1537228672809129301 3074457345618258603 4611686018427387904 9223372036854775807 9223372036854775808 "
    "-9223372036854775808 18446744073709551615 18446744073709551616 99999999999999999999999999999999 1e3 0x10 2.0 3L");

/// Numbers as a text may write them, and words that are none.
inline std::vector<std::string_view> const hostile_numbers = split_words(
    "0 -0 1 -0.5 +1e-3 +-1 nan NaN -nan nan(7) inf -inf INF infinity 1e38 1e39 -1e39 1e308 1e309 1e-45 1e-46 1e-310 "
    "5e-324 1e-400 1e999999999999 4.202512e+06 3.4028235e38 16777217 0x1p3 1,5 1. .5 . e5 1e --1 4294967295 4294967296 "
    "-2147483648 -2147483649");

/// Bits of numbers in a binary file: ends of the integer types, infinities, NaN and denormals of each float type.
inline constexpr std::array<std::uint64_t, 16> hostile_bits = {0,
                                                               1,
                                                               0x7f,
                                                               0xff,
                                                               0x7fff,
                                                               0xffff,
                                                               0x7c00,
                                                               0x7e01,
                                                               0x7fffffff,
                                                               0xffffffff,
                                                               0x7f800000,
                                                               0x7fc00001,
                                                               0x7fffffffffffffff,
                                                               0xffffffffffffffff,
                                                               0x7ff0000000000000,
                                                               0x8000000000000000};

/// `size` little-endian bytes of a number, as likely a hostile one as any.
inline std::string any_bytes(Dice& dice, std::size_t size) {
  std::string bytes;
  while (bytes.size() < size) {
    const std::uint64_t number = dice.one_in(2) ? dice.pick(hostile_bits) : dice.bits();
    for (std::size_t i = 0; i < 8 && bytes.size() < size; ++i) bytes += static_cast<char>((number >> (8 * i)) & 0xff);
  }
  return bytes;
}

/// A number of a text, more often an ordinary one.
inline std::string any_number(Dice& dice) {
  if (dice.one_in(8)) return std::string(dice.pick(hostile_numbers));
  return std::to_string(dice.below(256)) + (dice.one_in(2) ? "" : "." + std::to_string(dice.below(1000)));
}

}  // namespace sparseconv::fuzz

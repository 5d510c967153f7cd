#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dice.hpp"
#include "hostile_values.hpp"
#include "spoil_body.hpp"

namespace sparseconv::fuzz {

/// The bytes of a safetensors file, whose length of the header may be a lie.
inline std::string join_safetensors(std::string const& header, std::string const& data,
                                    std::optional<std::uint64_t> length_told = {}) {
  std::uint64_t const length = length_told.value_or(header.size());
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>((length >> (8 * i)) & 0xff);
  return bytes + header + data;
}

/// The header and the numbers of a safetensors file; nothing if it is none.
inline std::optional<std::pair<std::string, std::string>> split_safetensors(std::string_view bytes) {
  if (bytes.size() < 8) return std::nullopt;
  std::uint64_t length = 0;
  for (std::size_t i = 8; i-- > 0;) length = length << 8 | static_cast<std::uint8_t>(bytes[i]);
  if (length > bytes.size() - 8) return std::nullopt;
  std::string_view const rest = bytes.substr(8);
  return std::pair(std::string(rest.substr(0, length)), std::string(rest.substr(length)));
}

/// What a header says of a tensor.
inline std::string safetensors_entry(std::string_view name, std::string_view dtype, std::string_view extents,
                                     std::size_t begin, std::size_t end) {
  return "\"" + std::string(name) + "\":{\"dtype\":\"" + std::string(dtype) + "\",\"shape\":[" + std::string(extents) +
         "],\"data_offsets\":[" + std::to_string(begin) + "," + std::to_string(end) + "]}";
}

/// A right file of up to four small arrays.
inline std::string make_safetensors(Dice& dice) {
  constexpr std::array<std::pair<std::string_view, std::size_t>, 14> types = {{{"F64", 8},
                                                                               {"F32", 4},
                                                                               {"F16", 2},
                                                                               {"BF16", 2},
                                                                               {"I64", 8},
                                                                               {"I32", 4},
                                                                               {"I16", 2},
                                                                               {"I8", 1},
                                                                               {"U64", 8},
                                                                               {"U32", 4},
                                                                               {"U16", 2},
                                                                               {"U8", 1},
                                                                               {"BOOL", 1},
                                                                               {"F8_E4M3", 1}}};
  std::string header;
  if (dice.one_in(2)) header = "\"__metadata__\":{\"format\":\"pt\",\"a\":\"\\u00e9\\n\"}";
  std::size_t end = 0;
  for (std::size_t left = dice.below(5); left > 0; --left) {
    auto const& [dtype, size] = dice.pick(types);
    std::string extents;
    std::size_t bytes = size;
    for (std::size_t axes = dice.below(4); axes > 0; --axes) {
      std::size_t const extent = dice.one_in(8) ? 0 : 1 + dice.below(4);
      extents += (extents.empty() ? "" : ",") + std::to_string(extent);
      bytes *= extent;
    }
    std::string const name = std::string(dice.pick({"a", "conv.weight", "b.bias", "\\u00e9"})) + std::to_string(left);
    std::string const entry = safetensors_entry(name, dtype, extents, end, end + bytes);
    // A header may have its entries in another order than their bytes.
    std::string const comma = header.empty() ? "" : ",";
    header = dice.one_in(2) ? header + comma + entry : entry + comma + header;
    end += bytes;
  }
  header = "{" + header + "}";
  header.append((8 - header.size() % 8) % 8, ' ');
  return join_safetensors(header, any_bytes(dice, end).substr(0, end));
}

/// Makes one change to a safetensors file: to its length, its header or its numbers. `words` are put into the header.
template <class Words>
void spoil_safetensors(std::string& bytes, Dice& dice, Words const& words) {
  auto file = split_safetensors(bytes);
  if (!file) return spoil_bytes(bytes, dice);
  auto& [header, data] = *file;
  std::optional<std::uint64_t> length;
  constexpr char const* between = " :,{}[]\"\\\n";
  std::size_t const at = dice.below(header.size() + 1);
  switch (dice.below(10)) {
    case 0:
      length = dice.one_in(2) ? dice.pick(hostile_bits) : header.size() + dice.below(16) - 8;
      break;
    case 1:
      header.insert(at,
                    dice.pick({"{",  "}",  "[",    "]",    ",", ":",       "\"",      "\\",       "-",       "0",
                               ".5", "e9", "null", "true", " ", "\\u0000", "\\ud800", "[[[[[[[[", "{\"a\":", "\xff"}));
      break;
    case 2:
      header.erase(at, 1 + dice.below(4));
      break;
    case 3:
      header.insert(at, header.substr(dice.below(header.size() + 1), dice.below(80)));
      break;
    case 4:
      spoil_bytes(data, dice);
      break;
    case 5:
      spoil_bytes(header, dice);
      break;
    case 6:
    case 7:
      replace_word(header, std::string(dice.pick(hostile_counts)), dice, between);
      break;
    default:
      replace_word(header, std::string(dice.pick(words)), dice, between);
  }
  bytes = join_safetensors(header, data, length);
}

}  // namespace sparseconv::fuzz

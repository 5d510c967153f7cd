#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dice.hpp"
#include "hostile_values.hpp"
#include "spoil_body.hpp"

namespace sparseconv::fuzz {

/// The parts of a .npy file.
struct NpyFile {
  int version;
  std::string dictionary;
  std::string body;
};

/// The bytes of a .npy file, whose length of the dictionary may be a lie.
inline std::string join_npy(NpyFile const& file, std::optional<std::size_t> length_told = {}) {
  const std::size_t length = length_told.value_or(file.dictionary.size());
  std::string bytes = "\x93NUMPY";
  bytes += static_cast<char>(file.version);
  bytes += '\0';
  for (std::size_t i = 0; i < (file.version == 1 ? 2 : 4); ++i) bytes += static_cast<char>((length >> (8 * i)) & 0xff);
  return bytes + file.dictionary + file.body;
}

/// Takes a .npy file apart; nothing if it is none.
inline std::optional<NpyFile> split_npy(std::string_view bytes) {
  const std::size_t end = bytes.find('}');
  if (!bytes.starts_with("\x93NUMPY") || end == std::string_view::npos) return std::nullopt;
  const std::size_t begin = bytes[6] == 1 ? 10 : 12;
  if (end < begin) return std::nullopt;
  const std::size_t line_end = bytes.find('\n', end);
  const std::size_t body = line_end == std::string_view::npos ? end + 1 : line_end + 1;
  return NpyFile{bytes[6], std::string(bytes.substr(begin, body - begin)), std::string(bytes.substr(body))};
}

/// A shape of up to 7 points, or, in one of four cases, of any other array.
inline std::vector<std::size_t> make_shape(Dice& dice) {
  if (!dice.one_in(4)) return {dice.below(8), 3 + dice.below(4)};
  std::vector<std::size_t> shape(dice.below(10));
  for (std::size_t& extent : shape) extent = dice.one_in(8) ? 0 : 1 + dice.below(shape.size() < 4 ? 4 : 2);
  return shape;
}

/// A right file of a structured array.
inline std::string make_structured_npy(Dice& dice) {
  std::string descr;
  std::size_t record = 0;
  auto const add = [&](std::string_view name) {
    const std::string_view type = dice.pick({"<f4", ">f4", "<f8", "|u1", "<i2", ">u4", "|V3", "<U2", "<M8[s]"});
    bool const is_position = name.size() == 1;
    const std::string_view written = is_position && type[1] > 'L' && type[1] < 'f' ? "<f4" : type;
    const std::size_t count = is_position || dice.one_in(2) ? 1 : dice.below(4);
    descr += "('" + std::string(name) + "', '" + std::string(written) + "'" +
             (count == 1 ? ")" : ", (" + std::to_string(count) + ",))") + ", ";
    record += count * static_cast<std::size_t>(written[2] - '0') * (written[1] == 'U' ? 4 : 1);
  };
  if (dice.one_in(4)) {
    add("");
    descr += "('xyz', '<f4', (3,)), ";
    record += 12;
  } else {
    for (std::string_view const axis : {"x", "y", "z"}) {
      if (dice.one_in(4)) add(dice.pick({"rgb", "t", "n", ""}));
      add(axis);
    }
  }
  const std::size_t rows = dice.below(6);
  NpyFile file{.version = static_cast<int>(1 + dice.below(3)), .dictionary = {}, .body = {}};
  file.dictionary = "{'descr': [" + descr + "], 'fortran_order': False, 'shape': (" + std::to_string(rows) + ",), }\n";
  file.body = any_bytes(dice, rows * record);
  return join_npy(file);
}

/// A right file.
inline std::string make_npy(Dice& dice) {
  if (dice.one_in(3)) return make_structured_npy(dice);
  const std::string_view type = dice.pick({"<f2", "<f4", "<f4", "<f8", "<i1", "|i1", "|u1", "|b1", "<i2", "<u2", "<i4",
                                           "<u4", "<i8", "<u8", ">f2", ">f4", ">f8", ">i2", ">u4"});
  std::string shape;
  std::size_t count = 1;
  for (std::size_t const extent : make_shape(dice)) {
    shape += std::to_string(extent) + ", ";
    count *= extent;
  }
  NpyFile file{.version = static_cast<int>(1 + dice.below(3)), .dictionary = {}, .body = {}};
  file.dictionary = "{'descr': '" + std::string(type) + "', 'fortran_order': " + (dice.one_in(2) ? "True" : "False") +
                    ", 'shape': (" + shape + "), }\n";
  file.body = any_bytes(dice, count * static_cast<std::size_t>(type[2] - '0'));
  return join_npy(file);
}

/// Makes one change to a .npy file: to its version, its dictionary or its values.
inline void spoil_npy(std::string& bytes, Dice& dice) {
  std::optional<NpyFile> file = split_npy(bytes);
  if (!file) return spoil_bytes(bytes, dice);
  std::optional<std::size_t> length;
  std::string& words = file->dictionary;
  constexpr char const* between = " :,(){}[]'\"\n";
  const std::size_t at = dice.below(words.size() + 1);
  switch (dice.below(9)) {
    case 0:
      file->version = static_cast<int>(dice.below(6));
      break;
    case 1:
      length = words.size() + dice.pick(std::array<std::size_t, 6>{0xffffffff, 1, 0xffff, 0x10000, 64, 0xffffff00});
      break;
    case 2:
      words.insert(at, dice.pick({"(", ")", "[", "]", ",", "}", "{", "'", ":", "\"", " ", "L", ", 3", "\n", "-", "0"}));
      break;
    case 3:
      words.erase(at, 1 + dice.below(4));
      break;
    case 4:
      words.insert(at, words.substr(dice.below(words.size() + 1), dice.below(40)));
      break;
    case 5:
      words.append(dice.below(200), ' ');
      break;
    case 6:
      spoil_bytes(file->body, dice);
      break;
    case 7:
      replace_word(words,
                   std::string(dice.pick({"descr", "fortran_order", "shape", "True",    "False", "None", ">f4", "=f4",
                                          "|f4",   "<f2",           "<f8",   "|b1",     "|u1",   "|S4",  "<U1", "|O",
                                          "<c8",   "<f16",          "x",     "|V70000", "xyz"})),
                   dice, between);
      break;
    default:
      replace_word(words, std::string(dice.pick(hostile_counts)), dice, between);
  }
  bytes = join_npy(*file, length);
}

}  // namespace sparseconv::fuzz

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/number/little_endian.hpp"
#include "sparseconv/number/scalar_loader.hpp"
#include "sparseconv/weights/number_text.hpp"
#include "sparseconv/weights/text_lines.hpp"

namespace sparseconv::inline v0_1 {

/// No header of a plain array is longer (version 1 cannot be); what claims more is refused before it is read.
inline constexpr std::size_t longest_npy_header = 12 + 65535;

/// The dictionary of a .npy header, as it is written there.
struct NpyDictionary {
  std::string_view descr;
  std::string_view fortran_order;
  std::string_view shape;
};

/// Where a value that begins at `at` ends: at the first comma or brace outside its own brackets and quotes, or with the text.
[[nodiscard]] inline std::size_t end_of_npy_value(std::string_view text, std::size_t at) {
  int depth = 0;
  char quote = 0;
  for (; at < text.size(); ++at) {
    char const c = text[at];
    if (quote != 0) {
      if (c == '\\') ++at;
      if (c == quote) quote = 0;
      continue;
    }
    if (depth == 0 && (c == ',' || c == '}')) return at;
    if (c == '\'' || c == '"') quote = c;
    if (c == '(' || c == '[') ++depth;
    if (c == ')' || c == ']') --depth;
  }
  return text.size();
}

/// Cuts the values of descr, fortran_order and shape out of a header like
/// {'descr': '<f4', 'fortran_order': False, 'shape': (10, 3), }. Nothing if it is no such dictionary.
[[nodiscard]] inline std::optional<NpyDictionary> split_npy_dictionary(std::string_view text) {
  NpyDictionary found;
  std::size_t at = text.find('{');
  if (at == std::string_view::npos) return std::nullopt;
  for (++at;; ++at) {
    at = text.find_first_not_of(' ', at);
    if (at == std::string_view::npos) return std::nullopt;
    if (text[at] == '}') break;
    std::size_t const key_end =
        text[at] == '\'' || text[at] == '"' ? text.find(text[at], at + 1) : std::string_view::npos;
    if (key_end == std::string_view::npos) return std::nullopt;
    std::string_view const key = text.substr(at + 1, key_end - at - 1);
    at = text.find_first_not_of(' ', key_end + 1);
    if (at == std::string_view::npos || text[at] != ':') return std::nullopt;
    at = text.find_first_not_of(' ', at + 1);
    if (at == std::string_view::npos) return std::nullopt;
    std::size_t const end = end_of_npy_value(text, at);
    if (end == text.size()) return std::nullopt;
    std::string_view value = text.substr(at, end - at);
    value.remove_suffix(value.size() - 1 - value.find_last_not_of(' '));
    if (key == "descr") found.descr = value;
    if (key == "fortran_order") found.fortran_order = value;
    if (key == "shape") found.shape = value;
    at = end;
    if (text[at] == '}') break;
  }
  if (found.descr.empty() || found.fortran_order.empty() || found.shape.empty()) return std::nullopt;
  return found;
}

/// The type of a number in a .npy file, and the order of its bytes.
struct NpyType {
  ScalarType type;
  bool is_big_endian;
};

/// The type that NumPy calls by a code such as "<f4". Nothing if it is no number that has one.
[[nodiscard]] inline std::optional<NpyType> parse_npy_type(std::string_view code) {
  constexpr std::array<std::pair<std::string_view, ScalarType>, 12> known = {{{"b1", ScalarType::uint8},
                                                                              {"i1", ScalarType::int8},
                                                                              {"u1", ScalarType::uint8},
                                                                              {"i2", ScalarType::int16},
                                                                              {"u2", ScalarType::uint16},
                                                                              {"i4", ScalarType::int32},
                                                                              {"u4", ScalarType::uint32},
                                                                              {"i8", ScalarType::int64},
                                                                              {"u8", ScalarType::uint64},
                                                                              {"f2", ScalarType::float16},
                                                                              {"f4", ScalarType::float32},
                                                                              {"f8", ScalarType::float64}}};
  if (!code.starts_with('<') && !code.starts_with('>') && !code.starts_with('|')) return std::nullopt;
  for (auto const& [word, type] : known)
    if (code.substr(1) == word && (code.front() != '|' || size_of(type) == 1))
      return NpyType{type, code.front() == '>' && size_of(type) > 1};
  return std::nullopt;
}

/// Reads a dtype such as '<f4'. `where` begins every message.
///
/// Throws:  FormatError for a structured, object or otherwise unsupported dtype.
[[nodiscard]] inline NpyType parse_npy_dtype(std::string_view text, std::string_view where) {
  if (text.starts_with('['))
    throw FormatError({where, ": a structured dtype ", in_quotes(text),
                       "; save its fields as columns: np.save(path, np.stack([a['x'], a['y'], a['z']], 1))"});
  if (text.size() < 2 || (text.front() != '\'' && text.front() != '"') || text.back() != text.front())
    throw FormatError({where, ": the dtype ", in_quotes(text), " is no string; this is no array that NumPy wrote"});
  const std::string_view name = text.substr(1, text.size() - 2);
  if (name.starts_with("|O"))
    throw FormatError(
        {where, ": the dtype ", in_quotes(name), " means Python objects, not numbers; save a.astype('<f4')"});
  if (std::optional<NpyType> const type = parse_npy_type(name)) return *type;
  throw FormatError(
      {where, ": the dtype ", in_quotes(name), " is not one of <f2, <f4, <f8 or an integer; save a.astype('<f4')"});
}

/// Reads a shape such as (10, 3): the extents of any number of axes.
///
/// Throws:  FormatError if it is no list of counts.
[[nodiscard]] inline std::vector<std::int64_t> parse_npy_extents(std::string_view text, std::string_view where) {
  std::vector<std::int64_t> extents;
  bool well_formed = text.size() >= 2 && text.front() == '(' && text.back() == ')';
  std::string_view rest = well_formed ? text.substr(1, text.size() - 2) : std::string_view();
  while (well_formed && !rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    std::string_view word = Words(rest.substr(0, comma)).next();
    if (word.ends_with('L')) word.remove_suffix(1);  // Python 2 wrote long integers so.
    const std::optional<std::uint64_t> extent = parse_count(word);
    bool const is_end = word.empty() && comma == rest.size();
    well_formed = extent.has_value() || is_end;
    if (extent) extents.push_back(static_cast<std::int64_t>(*extent));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  if (!well_formed)
    throw FormatError(
        {where, ": the shape ", in_quotes(text), " is no list of counts; this is no array that NumPy wrote"});
  return extents;
}

/// The dictionary in the first bytes of a .npy file, and the byte that the array's values begin at.
struct NpyPreamble {
  NpyDictionary dictionary;
  std::size_t data_begin = 0;
  bool is_latin1 = false;  ///< its characters are; else UTF-8
};

/// Finds the dictionary in the first bytes of a .npy file of `file_bytes`. It views `bytes`.
///
/// Throws:  FormatError if the bytes are no .npy file of version 1 to 3.
[[nodiscard]] inline NpyPreamble parse_npy_preamble(std::span<const std::byte> bytes, std::uint64_t file_bytes,
                                                    std::string_view where) {
  const std::string_view text(reinterpret_cast<char const*>(bytes.data()), bytes.size());
  constexpr std::string_view magic = "\x93NUMPY";
  if (!text.starts_with(magic))
    throw FormatError({where, ": begins with ", in_quotes(text.substr(0, 6)),
                       ", a .npy file with \"?NUMPY\"; is it another format, or empty?"});
  auto const truncated = [&] {
    return FormatError({where, ": the ", file_bytes, " bytes end within the header; the file is truncated"});
  };
  if (bytes.size() < 8) throw truncated();
  auto const version = std::to_integer<unsigned>(bytes[6]);
  if (version < 1 || version > 3)
    throw FormatError({where, ": .npy version ", version, ", the reader takes 1, 2 and 3"});
  const std::size_t begin = version == 1 ? 10 : 12;
  if (bytes.size() < begin) throw truncated();
  const std::size_t length = version == 1 ? load_little_endian<std::uint16_t>(bytes.data() + 8)
                                          : load_little_endian<std::uint32_t>(bytes.data() + 8);
  if (begin + length > longest_npy_header)
    throw FormatError(
        {where, ": a header of ", length, " bytes, that of a plain array has at most 65535; save a.astype('<f4')"});
  if (bytes.size() - begin < length) throw truncated();

  const std::optional<NpyDictionary> dictionary = split_npy_dictionary(text.substr(begin, length));
  if (!dictionary || (dictionary->fortran_order != "True" && dictionary->fortran_order != "False"))
    throw FormatError({where, ": the header ", in_quotes(text.substr(begin, length)),
                       " does not tell descr, fortran_order and shape; this is no array that NumPy wrote"});
  return {*dictionary, begin + length, version < 3};
}

}  // namespace sparseconv::inline v0_1

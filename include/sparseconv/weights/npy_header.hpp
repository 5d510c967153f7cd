#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/weights/little_endian.hpp"
#include "sparseconv/weights/number_text.hpp"
#include "sparseconv/weights/scalar_type.hpp"
#include "sparseconv/weights/text_lines.hpp"

namespace sparseconv::inline v0_1 {

/// No header of a plain array is longer (version 1 cannot be); what claims more is refused before it is read.
inline constexpr std::size_t longest_npy_header = 12 + 65535;

/// What the header of a .npy file says of an array that can be a point cloud.
struct NpyHeader {
  ScalarType type = ScalarType::float32;
  bool fortran_order = false;
  std::uint64_t rows = 0;
  std::uint64_t columns = 0;
  std::size_t data_begin = 0;
};

/// The dictionary of a .npy header, as it is written there.
struct NpyDictionary {
  std::string_view descr;
  std::string_view fortran_order;
  std::string_view shape;
};

/// Cuts the values of descr, fortran_order and shape out of a header like
/// {'descr': '<f4', 'fortran_order': False, 'shape': (10, 3), }. Nothing if it is no such dictionary.
[[nodiscard]] inline std::optional<NpyDictionary> split_npy_dictionary(std::string_view text) {
  NpyDictionary found;
  const std::array<std::pair<std::string_view, std::string_view*>, 3> entries = {
      {{"descr", &found.descr}, {"fortran_order", &found.fortran_order}, {"shape", &found.shape}}};
  for (auto const& [key, value] : entries) {
    std::size_t at = std::min(text.find("'" + std::string(key) + "'"), text.find('"' + std::string(key) + '"'));
    if (at == std::string_view::npos) return std::nullopt;
    at = text.find_first_not_of(' ', at + key.size() + 2);
    if (at == std::string_view::npos || text[at] != ':') return std::nullopt;
    at = text.find_first_not_of(' ', at + 1);
    if (at == std::string_view::npos) return std::nullopt;
    // A value ends at the first comma or brace outside its own brackets.
    int depth = 0;
    std::size_t end = at;
    for (; end < text.size(); ++end) {
      if (depth == 0 && (text[end] == ',' || text[end] == '}')) break;
      if (text[end] == '(' || text[end] == '[') ++depth;
      if (text[end] == ')' || text[end] == ']') --depth;
    }
    if (end == text.size()) return std::nullopt;
    *value = text.substr(at, end - at);
    value->remove_suffix(value->size() - 1 - value->find_last_not_of(' '));
  }
  return found;
}

/// Reads a dtype such as '<f4'. `where` begins every message.
///
/// Throws:  FormatError for a structured, object, big-endian or otherwise unsupported dtype.
[[nodiscard]] inline ScalarType parse_npy_dtype(std::string_view text, std::string_view where) {
  if (text.starts_with('['))
    throw FormatError({where, ": a structured dtype ", in_quotes(text),
                       "; save its fields as columns: np.save(path, np.stack([a['x'], a['y'], a['z']], 1))"});
  if (text.size() < 2 || (text.front() != '\'' && text.front() != '"') || text.back() != text.front())
    throw FormatError({where, ": the dtype ", in_quotes(text), " is no string; this is no array that NumPy wrote"});
  const std::string_view name = text.substr(1, text.size() - 2);
  if (name.starts_with('>'))
    throw FormatError({where, ": the dtype ", in_quotes(name),
                       " is big-endian, the reader takes little-endian; save a.astype('<f4')"});
  if (name.starts_with("|O"))
    throw FormatError(
        {where, ": the dtype ", in_quotes(name), " means Python objects, not numbers; save a.astype('<f4')"});
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
  if (name.starts_with('<') || name.starts_with('|'))
    for (auto const& [code, type] : known)
      if (name.substr(1) == code && (name.front() == '<' || size_of(type) == 1)) return type;
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

/// Reads the shape of points.
///
/// Throws:  FormatError if it is not two-dimensional with at least three columns.
[[nodiscard]] inline std::pair<std::uint64_t, std::uint64_t> parse_npy_shape(std::string_view text,
                                                                             std::string_view where) {
  const std::vector<std::int64_t> extents = parse_npy_extents(text, where);
  if (extents.size() != 2 || extents[1] < 3)
    throw FormatError({where, ": an array of shape ", in_quotes(text),
                       "; points are N x C with C >= 3: x, y, z and what else they carry"});
  return {static_cast<std::uint64_t>(extents[0]), static_cast<std::uint64_t>(extents[1])};
}

/// The dictionary in the first bytes of a .npy file, and the byte that the array's values begin at.
struct NpyPreamble {
  NpyDictionary dictionary;
  std::size_t data_begin = 0;
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
  return {*dictionary, begin + length};
}

/// Reads the header of a .npy file from its first bytes. `file_bytes` is the size of the whole file, if it is known.
///
/// Throws:  FormatError if the bytes are no .npy file of version 1 to 3, if the array cannot be a point cloud,
///          or if its size and that of the file disagree.
[[nodiscard]] inline NpyHeader parse_npy_header(std::span<const std::byte> bytes,
                                                std::optional<std::uint64_t> file_bytes, std::string_view where) {
  const NpyPreamble preamble = parse_npy_preamble(bytes, file_bytes.value_or(bytes.size()), where);
  NpyHeader header;
  header.type = parse_npy_dtype(preamble.dictionary.descr, where);
  header.fortran_order = preamble.dictionary.fortran_order == "True";
  std::tie(header.rows, header.columns) = parse_npy_shape(preamble.dictionary.shape, where);
  header.data_begin = preamble.data_begin;
  if (!file_bytes) return header;

  const std::uint64_t there = *file_bytes - header.data_begin;
  const std::uint64_t size = size_of(header.type);
  bool const fits = header.rows <= there / size / header.columns;
  if (!fits || header.rows * header.columns * size != there)
    throw FormatError({where, ": ", header.rows, " x ", header.columns, " values of ", size, " bytes do not make the ",
                       there, " bytes after the header; ",
                       (fits ? "something was appended to the file" : "the file is truncated")});
  return header;
}

}  // namespace sparseconv::inline v0_1

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/number/scalar_loader.hpp"
#include "sparseconv/weights/number_text.hpp"
#include "sparseconv/weights/text_lines.hpp"

namespace sparseconv::inline v0_1 {

/// One property of a PLY element. With a count type it is a list of values of `type`.
struct PlyProperty {
  std::string name;
  ScalarType type = ScalarType::float32;
  std::optional<ScalarType> list_count = std::nullopt;
};

/// One element of a PLY file, such as vertex or face: `count` rows of the same properties.
struct PlyElement {
  std::string name;
  std::uint64_t count = 0;
  std::vector<PlyProperty> properties = {};
};

/// How the rows of a PLY file are written.
enum class PlyFormat : std::uint8_t { ascii, binary_little_endian, binary_big_endian };

/// What the header of a PLY file says, in its order.
struct PlyHeader {
  PlyFormat format = PlyFormat::ascii;
  std::vector<PlyElement> elements = {};
};

/// The type that PLY calls `name`, in the words of either of its vocabularies.
[[nodiscard]] inline std::optional<ScalarType> parse_ply_type(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, ScalarType>, 18> known = {{{"char", ScalarType::int8},
                                                                              {"uchar", ScalarType::uint8},
                                                                              {"short", ScalarType::int16},
                                                                              {"ushort", ScalarType::uint16},
                                                                              {"int", ScalarType::int32},
                                                                              {"uint", ScalarType::uint32},
                                                                              {"float", ScalarType::float32},
                                                                              {"double", ScalarType::float64},
                                                                              {"int8", ScalarType::int8},
                                                                              {"uint8", ScalarType::uint8},
                                                                              {"int16", ScalarType::int16},
                                                                              {"uint16", ScalarType::uint16},
                                                                              {"int32", ScalarType::int32},
                                                                              {"uint32", ScalarType::uint32},
                                                                              {"float32", ScalarType::float32},
                                                                              {"float64", ScalarType::float64},
                                                                              {"int64", ScalarType::int64},
                                                                              {"uint64", ScalarType::uint64}}};
  for (auto const& [word, type] : known)
    if (word == name) return type;
  return std::nullopt;
}

/// Reads what follows the word "property". Nothing if it is no scalar or list of PLY's types.
[[nodiscard]] inline std::optional<PlyProperty> parse_ply_property(Words words) {
  PlyProperty property;
  std::string_view type = words.next();
  if (type == "list") {
    property.list_count = parse_ply_type(words.next());
    if (!property.list_count || property.list_count == ScalarType::float32 ||
        property.list_count == ScalarType::float64)
      return std::nullopt;
    type = words.next();
  }
  const std::optional<ScalarType> known = parse_ply_type(type);
  property.name = words.next();
  if (!known || property.name.empty()) return std::nullopt;
  property.type = *known;
  return property;
}

/// Reads the format line.
///
/// Throws:  FormatError if it is none of the three formats of version 1.0.
[[nodiscard]] inline PlyFormat parse_ply_format(std::string_view line, std::string_view where) {
  Words words(line);
  words.next();
  std::string_view const encoding = words.next();
  bool const is_known_version = words.next() == "1.0";
  if (is_known_version && encoding == "ascii") return PlyFormat::ascii;
  if (is_known_version && encoding == "binary_little_endian") return PlyFormat::binary_little_endian;
  if (is_known_version && encoding == "binary_big_endian") return PlyFormat::binary_big_endian;
  throw FormatError({where, ": ", in_quotes(line),
                     " is none of \"format ascii 1.0\", \"format binary_little_endian "
                     "1.0\" and \"format binary_big_endian 1.0\"; correct it, or save the file again"});
}

/// Reads a PLY header and leaves `lines` at the first byte of the data. `where` begins every message.
///
/// Throws:  FormatError if the lines are no complete PLY header of at most longest_text_header bytes, or one whose data
///          the reader does not take.
[[nodiscard]] inline PlyHeader parse_ply_header(TextLines& lines, std::string_view where) {
  std::string_view line;
  if (!lines.next(line) || Words(line).next() != "ply")
    throw FormatError({where, ": begins with ", in_quotes(line), ", a PLY file with \"ply\"; is it another format?"});
  PlyHeader header;
  bool has_format = false;
  while (lines.next(line)) {
    expect_header_goes_on(lines, "end_header", where);
    Words words(line);
    const std::string_view keyword = words.next();
    auto const malformed = [&, number = lines.number()](std::string const& expected) {
      return FormatError({where, ": header line ", number, ", ", in_quotes(line), ", ", expected});
    };
    if (keyword.empty() || keyword == "comment" || keyword == "obj_info") continue;
    if (keyword == "format") {
      header.format = parse_ply_format(line, where);
      has_format = true;
    } else if (keyword == "element") {
      PlyElement element{.name = std::string(words.next())};
      const std::optional<std::uint64_t> count = parse_count(words.next());
      if (!count) throw malformed("is not \"element <name> <count>\"");
      element.count = *count;
      header.elements.push_back(std::move(element));
    } else if (keyword == "property") {
      std::optional<PlyProperty> property = parse_ply_property(words);
      if (!property)
        throw malformed("is neither \"property <type> <name>\" nor \"property list <integer type> <type> <name>\"");
      if (header.elements.empty()) throw malformed("belongs to no element; an element line comes first");
      header.elements.back().properties.push_back(*std::move(property));
    } else if (keyword == "end_header") {
      if (!has_format)
        throw FormatError({where, ": the header has no format line; begin it with \"format ascii 1.0\""});
      return header;
    } else {
      throw malformed("begins with no keyword of PLY");
    }
  }
  throw FormatError({where, ": the header does not come to end_header; the file is truncated"});
}

}  // namespace sparseconv::inline v0_1

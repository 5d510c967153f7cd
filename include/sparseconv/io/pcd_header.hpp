#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/io/column_order.hpp"
#include "sparseconv/number/scalar_loader.hpp"
#include "sparseconv/weights/number_text.hpp"
#include "sparseconv/weights/text_lines.hpp"

namespace sparseconv::inline v0_1 {

/// How the points of a PCD file are written.
enum class PcdData : std::uint8_t { ascii, binary, binary_compressed };

/// One field of a PCD record. Those of padding have no name.
struct PcdField {
  bool is_padding;
  std::size_t first;  ///< of its numbers
  std::size_t count;
  std::size_t bytes;
};

/// What the header of a PCD file says. A field of COUNT 3 is three numbers; those of padding fields have no name.
struct PcdHeader {
  std::vector<PcdField> fields = {};
  std::vector<RowField> numbers = {};
  std::size_t record_bytes = 0;
  std::uint64_t points = 0;
  PcdData data = PcdData::ascii;
};

/// The most numbers that a PCD record may have; the longest descriptors of the field have some thousands.
inline constexpr std::uint64_t most_pcd_numbers = 65536;

/// The most bytes that the names of a PCD record's numbers may take together. A field gives its name to each of its
/// numbers: without a limit a file of 4 kB takes 1 GB.
inline constexpr std::uint64_t most_pcd_name_bytes = std::uint64_t{2} << 20;

/// The lines of a PCD header by their first words.
using PcdLines = std::map<std::string_view, std::vector<std::string_view>>;

/// Takes the header's lines, up to and with DATA.
///
/// Throws:  FormatError at a line that begins with no keyword of PCD, one that stands there twice, or a missing DATA
///          line, which is one that does not come within longest_text_header bytes.
[[nodiscard]] inline PcdLines take_pcd_lines(TextLines& lines, std::string_view where) {
  constexpr std::array<std::string_view, 11> keywords = {"VERSION", "FIELDS", "COLUMNS",   "SIZE",   "TYPE", "COUNT",
                                                         "WIDTH",   "HEIGHT", "VIEWPOINT", "POINTS", "DATA"};
  PcdLines found;
  std::string_view line;
  while (lines.next_filled(line)) {
    Words words(line);
    std::string_view keyword = words.next();
    bool is_known = keyword.starts_with('#');
    for (const std::string_view known : keywords) is_known = is_known || keyword == known;
    if (!is_known)
      throw FormatError({where, ": header line ", lines.number(), ", ", in_quotes(line),
                         ", begins with no keyword of PCD; is the file in another format?"});
    expect_header_goes_on(lines, "DATA", where);
    if (keyword.starts_with('#')) continue;
    if (keyword == "COLUMNS") keyword = "FIELDS";  // the first versions' word
    if (found.contains(keyword))
      throw FormatError({where, ": header line ", lines.number(), " is a second ", keyword, " line"});
    std::vector<std::string_view>& values = found[keyword];
    for (std::string_view word; words.next(word);) values.push_back(word);
    if (keyword == "DATA") return found;
  }
  throw FormatError({where, ": the header does not come to its DATA line; the file is truncated, or no PCD file"});
}

/// The type that PCD's TYPE and SIZE stand for together.
[[nodiscard]] inline std::optional<ScalarType> parse_pcd_type(std::string_view type, std::string_view size) {
  struct Known {
    std::string_view type;
    std::string_view size;
    ScalarType scalar;
  };
  constexpr std::array<Known, 11> known = {{{"F", "4", ScalarType::float32},
                                            {"F", "8", ScalarType::float64},
                                            {"B", "1", ScalarType::uint8},
                                            {"I", "1", ScalarType::int8},
                                            {"I", "2", ScalarType::int16},
                                            {"I", "4", ScalarType::int32},
                                            {"I", "8", ScalarType::int64},
                                            {"U", "1", ScalarType::uint8},
                                            {"U", "2", ScalarType::uint16},
                                            {"U", "4", ScalarType::uint32},
                                            {"U", "8", ScalarType::uint64}}};
  for (Known const& entry : known)
    if (entry.type == type && entry.size == size) return entry.scalar;
  return std::nullopt;
}

/// Adds a field to the record.
///
/// Throws:  FormatError if it has more numbers than a record may have.
inline void add_pcd_field(std::string_view name, ScalarType type, std::string_view count_told, PcdHeader& header,
                          std::uint64_t& name_bytes, std::string_view where) {
  std::string const field = error_message({where, ": field ", in_quotes(name)});
  std::optional<std::uint64_t> const count = parse_count(count_told);
  if (!count || *count == 0 || *count > most_pcd_numbers - header.numbers.size())
    throw FormatError(
        {field, " has COUNT ", in_quotes(count_told), "; a record has 1 to ", most_pcd_numbers, " numbers in all"});
  bool const is_padding = name == "_";
  constexpr std::size_t longest_suffix = 6;  // "_65535"
  if (!is_padding) name_bytes += *count * (name.size() + longest_suffix);
  if (*count > 1 && name_bytes > most_pcd_name_bytes)
    throw FormatError({field, " has a name of ", name.size(), " bytes and COUNT ", *count,
                       "; the names of a record's numbers take at most ", most_pcd_name_bytes,
                       " bytes in all, so give it a shorter one"});
  auto const numbers = static_cast<std::size_t>(*count);
  header.fields.push_back({is_padding, header.numbers.size(), numbers, numbers * size_of(type)});
  for (std::size_t k = 0; k < numbers; ++k) {
    std::string number = is_padding ? std::string() : std::string(name);
    if (numbers > 1 && !is_padding) number += "_" + std::to_string(k);
    header.numbers.push_back({std::move(number), type, header.record_bytes});
    header.record_bytes += size_of(type);
  }
}

/// Lays out the record of a PCD file from FIELDS, SIZE, TYPE and COUNT. Of these the last three may be missing: the first versions
/// knew nothing but one float for each field.
///
/// Throws:  FormatError if a field is of no type that there is, or the lines do not have as many words.
inline void lay_out_pcd_record(PcdLines const& lines, PcdHeader& header, std::string_view where) {
  auto const fields = lines.find("FIELDS");
  if (fields == lines.end()) throw FormatError({where, ": the header has no FIELDS line"});
  std::vector<std::string_view> const& names = fields->second;
  auto const words_of = [&](std::string_view keyword, std::string_view otherwise) {
    auto const at = lines.find(keyword);
    if (at == lines.end()) return std::vector<std::string_view>(names.size(), otherwise);
    if (at->second.size() != names.size())
      throw FormatError({where, ": FIELDS names ", names.size(), " fields, ", keyword, " has ", at->second.size(),
                         " values; give each field one"});
    return at->second;
  };
  std::vector<std::string_view> const sizes = words_of("SIZE", "4");
  std::vector<std::string_view> const types = words_of("TYPE", "F");
  std::vector<std::string_view> const counts = words_of("COUNT", "1");
  std::uint64_t name_bytes = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::optional<ScalarType> const type = parse_pcd_type(types[i], sizes[i]);
    if (!type)
      throw FormatError({where, ": field ", in_quotes(names[i]), " has TYPE ", in_quotes(types[i]), " and SIZE ",
                         in_quotes(sizes[i]), "; the reader takes F of 4 or 8 bytes, I and U of 1, 2, 4 or 8"});
    add_pcd_field(names[i], *type, counts[i], header, name_bytes, where);
  }
}

/// The number of points that WIDTH, HEIGHT and POINTS agree on. WIDTH alone is that number.
///
/// Throws:  FormatError if they do not agree, or none tells it.
[[nodiscard]] inline std::uint64_t parse_pcd_points(PcdLines const& lines, std::string_view where) {
  auto const count_of = [&](std::string_view keyword) -> std::optional<std::uint64_t> {
    const auto at = lines.find(keyword);
    if (at == lines.end()) return std::nullopt;
    const std::optional<std::uint64_t> count =
        at->second.size() == 1 ? parse_count(at->second.front()) : std::optional<std::uint64_t>();
    if (!count) throw FormatError({where, ": the ", keyword, " line does not have one count"});
    return count;
  };
  const std::optional<std::uint64_t> width = count_of("WIDTH");
  const std::optional<std::uint64_t> height = count_of("HEIGHT");
  const std::optional<std::uint64_t> points = count_of("POINTS");
  if (!points && !width)
    throw FormatError({where, ": the header has neither POINTS nor WIDTH; add a line such as \"POINTS 1000\""});
  if (!width || !height) return points ? *points : *width;
  bool const overflows = *width != 0 && *height > UINT64_MAX / *width;
  if (overflows || (points && *points != *width * *height))
    throw FormatError({where, ": WIDTH ", *width, " x HEIGHT ", *height,
                       (points ? " is not POINTS " + std::to_string(*points) + "; correct the one that is wrong"
                               : std::string(" is more than 64 bits hold; the file is damaged"))});
  return *width * *height;
}

/// Reads a PCD header and leaves `lines` at the first byte of the data. `where` begins every message.
///
/// Throws:  FormatError if the lines are no complete PCD header of version 0.5 to 0.7.
[[nodiscard]] inline PcdHeader parse_pcd_header(TextLines& lines, std::string_view where) {
  const PcdLines found = take_pcd_lines(lines, where);
  auto const only_word = [&](std::string_view keyword) {
    const auto at = found.find(keyword);
    return at != found.end() && at->second.size() == 1 ? at->second.front() : std::string_view();
  };
  std::string_view version = only_word("VERSION");
  if (version.starts_with('0')) version.remove_prefix(1);
  if (found.contains("VERSION") && version != ".7" && version != ".6" && version != ".5")
    throw FormatError({where, ": VERSION ", in_quotes(only_word("VERSION")),
                       ", the reader takes 0.5 to 0.7; save it again with a current PCL"});
  const std::string_view encoding = only_word("DATA");
  PcdHeader header{.points = parse_pcd_points(found, where)};
  if (encoding == "binary") {
    header.data = PcdData::binary;
  } else if (encoding == "binary_compressed") {
    header.data = PcdData::binary_compressed;
  } else if (encoding != "ascii") {
    throw FormatError({where, ": DATA is ", in_quotes(encoding),
                       ", the reader takes ascii, binary and binary_compressed; is the file damaged?"});
  }
  lay_out_pcd_record(found, header, where);
  return header;
}

}  // namespace sparseconv::inline v0_1

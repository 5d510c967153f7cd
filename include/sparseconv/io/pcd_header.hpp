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
#include "sparseconv/weights/number_text.hpp"
#include "sparseconv/weights/scalar_type.hpp"
#include "sparseconv/weights/text_lines.hpp"

namespace sparseconv::inline v0_1 {

/// One number of a PCD record. A field of COUNT 3 is three of them; those of padding fields have no name.
struct PcdNumber {
  std::string name;
  PackedField field;
};

/// What the header of a PCD file says.
struct PcdHeader {
  std::vector<PcdNumber> numbers = {};
  std::size_t record_bytes = 0;
  std::uint64_t points = 0;
  bool is_ascii = true;
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
  constexpr std::array<std::string_view, 10> keywords = {"VERSION", "FIELDS", "SIZE",      "TYPE",   "COUNT",
                                                         "WIDTH",   "HEIGHT", "VIEWPOINT", "POINTS", "DATA"};
  PcdLines found;
  std::string_view line;
  while (lines.next_filled(line)) {
    Words words(line);
    const std::string_view keyword = words.next();
    bool is_known = keyword.starts_with('#');
    for (const std::string_view known : keywords) is_known = is_known || keyword == known;
    if (!is_known)
      throw FormatError({where, ": header line ", lines.number(), ", ", in_quotes(line),
                         ", begins with no keyword of PCD; is the file in another format?"});
    expect_header_goes_on(lines, "DATA", where);
    if (keyword.starts_with('#')) continue;
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
  constexpr std::array<Known, 10> known = {{{"F", "4", ScalarType::float32},
                                            {"F", "8", ScalarType::float64},
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

/// Lays out the record of a PCD file from FIELDS, SIZE, TYPE and COUNT.
inline void lay_out_pcd_record(PcdLines const& lines, PcdHeader& header, std::string_view where) {
  auto const words_of = [&](std::string_view keyword) -> std::vector<std::string_view> const& {
    const auto at = lines.find(keyword);
    if (at == lines.end()) throw FormatError({where, ": the header has no ", keyword, " line"});
    const auto fields = lines.find("FIELDS");
    if (fields != lines.end() && at->second.size() != fields->second.size())
      throw FormatError({where, ": FIELDS names ", fields->second.size(), " fields, ", keyword, " has ",
                         at->second.size(), " values"});
    return at->second;
  };
  std::vector<std::string_view> const& names = words_of("FIELDS");
  std::vector<std::string_view> const& sizes = words_of("SIZE");
  std::vector<std::string_view> const& types = words_of("TYPE");
  const std::vector<std::string_view> ones(names.size(), "1");
  std::vector<std::string_view> const& counts = lines.contains("COUNT") ? words_of("COUNT") : ones;

  std::uint64_t name_bytes = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string field = error_message({where, ": field ", in_quotes(names[i])});
    const std::optional<ScalarType> type = parse_pcd_type(types[i], sizes[i]);
    if (!type)
      throw FormatError({field, " has TYPE ", in_quotes(types[i]), " and SIZE ", in_quotes(sizes[i]),
                         "; the reader takes F of 4 or 8 bytes, I and U of 1, 2, 4 or 8"});
    const std::optional<std::uint64_t> count = parse_count(counts[i]);
    if (!count || *count == 0 || *count > most_pcd_numbers - header.numbers.size())
      throw FormatError(
          {field, " has COUNT ", in_quotes(counts[i]), "; a record has 1 to ", most_pcd_numbers, " numbers in all"});
    constexpr std::size_t longest_suffix = 6;  // "_65535"
    if (names[i] != "_") name_bytes += *count * (names[i].size() + longest_suffix);
    if (*count > 1 && name_bytes > most_pcd_name_bytes)
      throw FormatError({field, " has a name of ", names[i].size(), " bytes and COUNT ", *count,
                         "; the names of a record's numbers take at most ", most_pcd_name_bytes,
                         " bytes in all, so give it a shorter one"});
    for (std::uint64_t k = 0; k < *count; ++k) {
      std::string name = names[i] == "_" ? std::string() : std::string(names[i]);
      if (*count > 1 && !name.empty()) name += "_" + std::to_string(k);
      header.numbers.push_back({std::move(name), {*type, header.record_bytes}});
      header.record_bytes += size_of(*type);
    }
  }
}

/// The number of points that WIDTH, HEIGHT and POINTS agree on.
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
  if (!points && (!width || !height))
    throw FormatError({where, ": the header has neither POINTS nor both of WIDTH and HEIGHT"});
  if (!width || !height) return *points;
  bool const overflows = *width != 0 && *height > UINT64_MAX / *width;
  if (overflows || (points && *points != *width * *height))
    throw FormatError(
        {where, ": WIDTH ", *width, " x HEIGHT ", *height,
         (points ? " is not POINTS " + std::to_string(*points) : std::string(" is more than 64 bits hold"))});
  return *width * *height;
}

/// Reads a PCD header and leaves `lines` at the first byte of the data. `where` begins every message.
///
/// Throws:  FormatError if the lines are no complete PCD header of version 0.6 or 0.7, or its data is not ascii or
/// binary.
[[nodiscard]] inline PcdHeader parse_pcd_header(TextLines& lines, std::string_view where) {
  const PcdLines found = take_pcd_lines(lines, where);
  auto const only_word = [&](std::string_view keyword) {
    const auto at = found.find(keyword);
    return at != found.end() && at->second.size() == 1 ? at->second.front() : std::string_view();
  };
  std::string_view version = only_word("VERSION");
  if (version.starts_with('0')) version.remove_prefix(1);
  if (found.contains("VERSION") && version != ".7" && version != ".6")
    throw FormatError({where, ": VERSION ", in_quotes(only_word("VERSION")),
                       ", the reader takes 0.7 and 0.6; save it again with a current PCL"});
  const std::string_view encoding = only_word("DATA");
  if (encoding == "binary_compressed")
    throw FormatError({where,
                       ": DATA is binary_compressed, the reader takes ascii and binary; convert it with "
                       "pcl_convert_pcd_ascii_binary <in> <out> 1"});
  if (encoding != "ascii" && encoding != "binary")
    throw FormatError({where, ": DATA is ", in_quotes(encoding), ", the reader takes ascii and binary"});
  PcdHeader header{.points = parse_pcd_points(found, where), .is_ascii = encoding == "ascii"};
  lay_out_pcd_record(found, header, where);
  return header;
}

}  // namespace sparseconv::inline v0_1

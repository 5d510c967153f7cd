#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "sparseconv/error.hpp"
#include "sparseconv/number/little_endian.hpp"

namespace sparseconv::inline v0_1 {

/// The bytes of the longest header that is read, that of version 1.4.
inline constexpr std::size_t longest_las_header = 375;

/// What the header of a LAS file says.
struct LasHeader {
  unsigned format = 0;           ///< of a point's record, 0 to 10
  std::size_t record_bytes = 0;  ///< with bytes of the writer's own behind the format's
  std::uint64_t points = 0;
  std::uint64_t points_begin = 0;  ///< in the file
  std::array<double, 3> scale{};   ///< a position is scale * its whole number + shift
  std::array<double, 3> shift{};
};

/// Where the record of a format has what not all formats have; 0 if it has it not.
struct LasRecord {
  std::size_t bytes;
  std::size_t time;
  std::size_t red;
  std::size_t near_infrared;
};

/// The records of formats 0 to 10.
inline constexpr std::array<LasRecord, 11> las_records = {{{20, 0, 0, 0},
                                                           {28, 20, 0, 0},
                                                           {26, 0, 20, 0},
                                                           {34, 20, 28, 0},
                                                           {57, 20, 0, 0},
                                                           {63, 20, 28, 0},
                                                           {30, 22, 0, 0},
                                                           {36, 22, 30, 0},
                                                           {38, 22, 30, 36},
                                                           {59, 22, 0, 0},
                                                           {67, 22, 30, 36}}};

/// Reads the header of a LAS file from its first bytes. `where` begins every message.
///
/// Throws:  FormatError if the bytes are no header of version 1.0 to 1.4, of a point format 0 to 10 whose points are not packed.
/// Source:  LAS Specification 1.4 - R15, American Society for Photogrammetry and Remote Sensing, 2019.
[[nodiscard]] inline LasHeader parse_las_header(std::span<const std::byte> bytes, std::string_view where) {
  std::string_view const text(reinterpret_cast<char const*>(bytes.data()), bytes.size());
  if (!text.starts_with("LASF"))
    throw FormatError(
        {where, ": begins with ", in_quotes(text.substr(0, 4)), ", a LAS file with \"LASF\"; is it another format?"});
  constexpr std::size_t shortest = 227;
  auto const truncated = [&] {
    return FormatError({where, ": the ", bytes.size(), " bytes end within the header; the file is truncated"});
  };
  if (bytes.size() < shortest) throw truncated();
  auto const number = [&]<class T>(std::size_t at, T) { return load_little_endian<T>(bytes.data() + at); };
  auto const version = std::to_integer<unsigned>(bytes[24]);
  auto const revision = std::to_integer<unsigned>(bytes[25]);
  if (version != 1 || revision > 4)
    throw FormatError({where, ": LAS version ", version, ".", revision,
                       ", the reader takes 1.0 to 1.4; save it again with a current tool"});
  std::size_t const header_bytes = number(94, std::uint16_t{});
  LasHeader header;
  header.points_begin = number(96, std::uint32_t{});
  auto const format = std::to_integer<unsigned>(bytes[104]);
  header.record_bytes = number(105, std::uint16_t{});
  header.points = number(107, std::uint32_t{});
  // Writers that know 1.4 by name only tell the number of points where 1.3 has it, and may end the header there.
  constexpr std::size_t count_end = 255;
  if (revision == 4 && header_bytes >= count_end) {
    if (bytes.size() < count_end) throw truncated();
    if (std::uint64_t const points = number(247, std::uint64_t{}); points > 0) header.points = points;
  }
  if (format >= 128 || (format & 64) != 0)
    throw FormatError({where,
                       ": its points are packed (LAZ), which this reader does not unpack; \"pdal translate in.laz "
                       "out.las\" or \"laszip -i in.laz -o out.las\" does"});
  if (format >= las_records.size())
    throw FormatError({where, ": point format ", format, ", the reader takes 0 to 10; save it again in one of these"});
  header.format = format;
  if (header.record_bytes < las_records[format].bytes || header.points_begin < header_bytes || header_bytes < shortest)
    throw FormatError({where, ": a header of ", header_bytes, " bytes, points from byte ", header.points_begin,
                       " on, in records of ", header.record_bytes, " bytes, of which format ", format, " takes ",
                       las_records[format].bytes, "; the file is damaged"});
  for (std::size_t axis = 0; axis < 3; ++axis) {
    header.scale[axis] = number(131 + 8 * axis, double{});
    header.shift[axis] = number(155 + 8 * axis, double{});
    if (!std::isfinite(header.scale[axis]) || header.scale[axis] == 0 || !std::isfinite(header.shift[axis]))
      throw FormatError({where, ": along ", "xyz"[axis], " positions have the scale ", header.scale[axis],
                         " and the offset ", header.shift[axis], "; the file is damaged"});
  }
  return header;
}

}  // namespace sparseconv::inline v0_1

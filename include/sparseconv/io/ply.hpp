#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "sparseconv/error.hpp"
#include "sparseconv/io/byte_window.hpp"
#include "sparseconv/io/column_order.hpp"
#include "sparseconv/io/ply_header.hpp"
#include "sparseconv/io/ply_rows.hpp"
#include "sparseconv/io/point_blocks.hpp"
#include "sparseconv/io/point_rows.hpp"
#include "sparseconv/points/point_cloud.hpp"
#include "sparseconv/weights/text_lines.hpp"

namespace sparseconv::inline v0_1 {

/// The place of the element "vertex" among the elements of a header.
///
/// Throws:  FormatError if there is not just one.
[[nodiscard]] inline std::size_t find_ply_vertex(PlyHeader const& header, std::string_view where) {
  std::size_t const none = header.elements.size();
  std::size_t vertex = none;
  for (std::size_t i = 0; i < header.elements.size(); ++i) {
    if (header.elements[i].name != "vertex") continue;
    if (vertex != none) throw FormatError({where, ": the header has two elements \"vertex\"; rename one of them"});
    vertex = i;
  }
  if (vertex == none)
    throw FormatError({where,
                       ": the file has no element \"vertex\", so it holds no points; is the one with the points "
                       "called otherwise? Rename it"});
  return vertex;
}

/// The points of a PLY file; the window stands at its beginning. What the header tells is judged before more is read.
[[nodiscard]] inline std::unique_ptr<PointRows> open_ply_rows(ByteWindow window) {
  drop_byte_order_mark(window);
  TextLines lines(window.ahead(longest_text_header + 1));
  PlyHeader header = parse_ply_header(lines, window.where());
  std::size_t const vertex = find_ply_vertex(header, window.where());
  ColumnOrder order = order_columns(ply_fields(header, header.elements[vertex]), window.where());
  window.drop(lines.position());
  if (header.format == PlyFormat::ascii)
    return std::make_unique<AsciiPlyRows>(std::move(window), lines.number() + 1, std::move(header), vertex,
                                          std::move(order));
  if (auto const there = window.left()) expect_ply_size(header, *there, window.where());
  return std::make_unique<BinaryPlyRows>(std::move(window), std::move(header), vertex, order);
}

/// Reads points from the bytes of a PLY file: ascii, or binary of either byte order.
///
/// `name` is what messages call the bytes. A point is a row of the element "vertex"; lists and other elements are
/// skipped. In a text a row's values may stand on several lines, and the next row begins on another.
/// Shapes:  a column for each scalar property, under its name: x, y, z (or X, Y, Z), then the others in the file's order; a packed
///          colour, `rgb` or `rgba` of 4 bytes, 0xAARRGGBB, makes red, green, blue, and of rgba alpha.
/// Units:   those of the file, rounded to the nearest float, positions relative to an offset (PointReading); integers exactly up to
///          2^24, so larger ids and times lose digits. Parts of packed colours 0 to 255.
/// Throws:  FormatError if the bytes are no such file, it has no vertices with x, y and z, or data is missing or left
///          over.
[[nodiscard]] inline PointCloud parse_ply(std::span<const std::byte> bytes, std::string_view name,
                                          PointReading const& reading = {}) {
  return PointBlocks(open_ply_rows({bytes, "read_ply: " + std::string(name)}), reading).rest();
}

/// The points of a PLY file, block after block.
///
/// Throws:  what parse_ply throws; FormatError if the file cannot be read.
[[nodiscard]] inline PointBlocks ply_blocks(std::filesystem::path const& path, PointReading const& reading = {}) {
  return PointBlocks(open_ply_rows({path, "read_ply"}), reading);
}

/// Reads the points of a PLY file. Its header is judged before the rest is read; what lists take is not known by then.
///
/// Throws:  what parse_ply throws; FormatError if the file cannot be read.
[[nodiscard]] inline PointCloud read_ply(std::filesystem::path const& path, PointReading const& reading = {}) {
  return ply_blocks(path, reading).rest();
}

}  // namespace sparseconv::inline v0_1

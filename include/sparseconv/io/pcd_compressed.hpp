#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/io/byte_window.hpp"
#include "sparseconv/io/column_order.hpp"
#include "sparseconv/io/column_rows.hpp"
#include "sparseconv/io/lzf.hpp"
#include "sparseconv/io/pcd_header.hpp"
#include "sparseconv/number/little_endian.hpp"

namespace sparseconv::inline v0_1 {

/// The bytes of a packed PCD file's data: two sizes of 32 bits, then what LZF packed.
struct PcdPackedSizes {
  std::uint32_t packed;
  std::uint32_t unpacked;
};

/// Reads the sizes from the beginning of the data.
///
/// Throws:  FormatError if the file ends within them.
[[nodiscard]] inline PcdPackedSizes read_pcd_sizes(ByteWindow& window) {
  std::span<const std::byte> const bytes = window.ahead(8);
  if (bytes.size() < 8)
    throw FormatError({window.where(), ": ", bytes.size(),
                       " bytes come after the header, packed data begins with 8; the file is truncated"});
  PcdPackedSizes const sizes{load_little_endian<std::uint32_t>(bytes.data()),
                             load_little_endian<std::uint32_t>(bytes.data() + 4)};
  window.drop(8);
  return sizes;
}

/// The points of a PCD file with DATA binary_compressed; the window stands at its data. They lie field by field there, so they are
/// held as a whole.
///
/// Padding is part of the data of some writers, and left out by the Point Cloud Library's own: the size tells.
/// Throws:  FormatError if the sizes fit neither the header nor the file, or the data cannot be unpacked.
[[nodiscard]] inline std::unique_ptr<PointRows> unpack_pcd_rows(ByteWindow window, PcdHeader const& header,
                                                                ColumnOrder const& order) {
  std::string_view const where = window.where();
  if (header.points == 0)
    return std::make_unique<ColumnRows>(std::move(window), SharedBytes(),
                                        std::vector<ColumnRows::Column>(order.names.size()), order.names, 0);
  PcdPackedSizes const sizes = read_pcd_sizes(window);
  std::size_t padding = 0;
  for (PcdField const& field : header.fields) padding += field.is_padding ? field.bytes : 0;
  std::uint64_t const rows = sizes.unpacked / header.record_bytes;
  bool const has_padding = rows == header.points && sizes.unpacked % header.record_bytes == 0;
  std::size_t const without = header.record_bytes - padding;
  if (!has_padding && (header.points > std::numeric_limits<std::uint32_t>::max() / without ||
                       header.points * without != sizes.unpacked))
    throw FormatError({where, ": ", header.points, " points of ", header.record_bytes, " bytes do not make the ",
                       sizes.unpacked, " bytes that the data unpacks to; the header or the file is damaged"});
  if (auto const there = window.left(); there && *there < sizes.packed)
    throw FormatError({where, ": the packed data should have ", sizes.packed, " bytes, ", *there,
                       " are there; the file is truncated"});
  std::span<const std::byte> const there = window.ahead(sizes.packed);
  if (there.size() < sizes.packed)
    throw FormatError({where, ": the packed data should have ", sizes.packed, " bytes, ", there.size(),
                       " are there; the file is truncated"});
  std::vector<std::byte> bytes = unpack_lzf(there.first(sizes.packed), sizes.unpacked, where);
  window.drop(sizes.packed);

  auto const points = static_cast<std::size_t>(header.points);
  std::vector<RowField> placed = header.numbers;  // in the bytes of all points
  std::vector<std::size_t> steps;
  std::size_t begin = 0;
  for (PcdField const& field : header.fields) {
    for (std::size_t k = 0; k < field.count; ++k)
      placed[field.first + k].begin = begin + k * (field.bytes / field.count);
    steps.insert(steps.end(), field.count, field.bytes);
    if (!field.is_padding || has_padding) begin += field.bytes * points;
  }
  RecordLayout const layout = lay_out_records(placed, order, 0);
  std::vector<ColumnRows::Column> columns(layout.numbers.size());
  for (std::size_t i = 0; i < placed.size(); ++i) {
    if (order.of_field[i].first == no_column) continue;
    auto const first = static_cast<std::size_t>(order.of_field[i].first);
    std::size_t const parts = order.of_field[i].colour_parts == 0 ? 1 : order.of_field[i].colour_parts;
    for (std::size_t part = 0; part < parts; ++part) columns[first + part] = {layout.numbers[first + part], steps[i]};
  }
  return std::make_unique<ColumnRows>(std::move(window), std::move(bytes), std::move(columns), order.names, points);
}

}  // namespace sparseconv::inline v0_1

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/io/ascii_rows.hpp"
#include "sparseconv/io/byte_window.hpp"
#include "sparseconv/io/column_order.hpp"
#include "sparseconv/io/fixed_rows.hpp"
#include "sparseconv/io/pcd_compressed.hpp"
#include "sparseconv/io/pcd_header.hpp"
#include "sparseconv/io/point_blocks.hpp"
#include "sparseconv/io/point_rows.hpp"
#include "sparseconv/points/point_cloud.hpp"
#include "sparseconv/weights/text_lines.hpp"

namespace sparseconv::inline v0_1 {

/// The most zeros that a writer may leave behind binary points, beside as many as the points have bytes: a page of memory. The
/// Point Cloud Library's own file is a page and the points long, wherever the points end.
inline constexpr std::uint64_t most_zeros_behind_pcd = 1 << 16;

/// The error of a PCD file whose points do not make the `there` bytes after its header.
[[nodiscard]] inline FormatError wrong_pcd_size(PcdHeader const& header, std::uint64_t there, std::string_view where) {
  return FormatError({where, ": ", header.points, " points of ", header.record_bytes, " bytes do not make the ", there,
                      " bytes after the header; ",
                      (header.points > there / header.record_bytes
                           ? "the file is truncated"
                           : "something was appended to the file: cut it off, or correct POINTS")});
}

/// Checks whether the points of a file with DATA binary, and zeros behind them, can make the `there` bytes after its header.
///
/// Throws:  FormatError if they cannot.
inline void expect_pcd_size(PcdHeader const& header, std::uint64_t there, std::string_view where) {
  if (header.points > there / header.record_bytes) throw wrong_pcd_size(header, there, where);
  std::uint64_t const points = header.points * header.record_bytes;
  if (there - points > points + most_zeros_behind_pcd) throw wrong_pcd_size(header, there, where);
}

/// Checks what comes behind binary points, with the window there.
///
/// Throws:  FormatError if it is more than zeros.
inline void expect_pcd_zeros(ByteWindow& window, PcdHeader const& header) {
  std::uint64_t const points = header.points * header.record_bytes;
  for (std::uint64_t behind = 0;;) {
    std::span<const std::byte> const bytes = window.ahead(1);
    if (bytes.empty()) return;
    behind += bytes.size();
    if (behind > points + most_zeros_behind_pcd ||
        std::any_of(bytes.begin(), bytes.end(), [](std::byte byte) { return byte != std::byte{0}; }))
      throw wrong_pcd_size(header, points + window.left().value_or(0) + behind - (window.left() ? bytes.size() : 0),
                           window.where());
    window.drop(bytes.size());
  }
}

/// The points of a PCD file with DATA ascii; the window stands at its data.
class AsciiPcdRows : public PointRows {
 public:
  AsciiPcdRows(ByteWindow window, std::size_t line, PcdHeader header, ColumnOrder order)
      : PointRows(std::move(window), lay_out_text(order.names, order.names.size())),
        header_(std::move(header)),
        order_(std::move(order)),
        rows_(window_, line, false) {}

  std::span<const std::byte> next(std::size_t most) override {
    records_.clear();
    for (std::size_t taken = 0; taken < most && done_ < header_.points; ++taken, ++done_) {
      records_.resize(records_.size() + layout_.record_bytes);
      std::byte* const record = records_.data() + records_.size() - layout_.record_bytes;
      rows_.begin_row(done_, header_.points, "point");
      for (std::size_t i = 0; i < header_.numbers.size(); ++i)
        rows_.read_field(header_.numbers[i].type, order_.of_field[i], layout_, record);
      rows_.end_row();
    }
    if (records_.empty()) rows_.end_text();
    return records_;
  }

  std::uint64_t most_points() const noexcept override {
    // A value takes a digit and a separator.
    auto const there = window_.left();
    return there ? std::min(header_.points - done_, *there / (2 * header_.numbers.size()) + 1) : 0;
  }

 private:
  PcdHeader header_;
  ColumnOrder order_;
  AsciiRows rows_;
  std::vector<std::byte> records_;
  std::uint64_t done_ = 0;
};

/// The points of a PCD file; the window stands at its beginning. What the header tells is judged before more is read.
[[nodiscard]] inline std::unique_ptr<PointRows> open_pcd_rows(ByteWindow window) {
  drop_byte_order_mark(window);
  TextLines lines(window.ahead(longest_text_header + 1));
  PcdHeader header = parse_pcd_header(lines, window.where());
  ColumnOrder order = order_columns(header.numbers, window.where());
  window.drop(lines.position());
  if (header.data == PcdData::ascii)
    return std::make_unique<AsciiPcdRows>(std::move(window), lines.number() + 1, std::move(header), std::move(order));
  if (header.data == PcdData::binary_compressed) return unpack_pcd_rows(std::move(window), header, order);
  if (auto const there = window.left()) expect_pcd_size(header, *there, window.where());
  RecordLayout layout = lay_out_records(header.numbers, order, header.record_bytes);
  std::uint64_t const points = header.points;
  return std::make_unique<FixedRows>(
      std::move(window), std::move(layout), points,
      [header = std::move(header)](ByteWindow& behind) { expect_pcd_zeros(behind, header); });
}

/// Reads points from the bytes of a PCD file of version 0.5 to 0.7, with DATA ascii, binary or binary_compressed.
///
/// `name` is what messages call the bytes. Points with NaN are kept: an organized cloud marks with them what the sensor
/// did not see. Zeros behind binary points, which the Point Cloud Library leaves there, are passed over.
/// Shapes:  a column for each field, under its name: x, y, z (or X, Y, Z), then the others in the file's order. A field f of COUNT
///          3 makes f_0, f_1 and f_2; padding ("_") makes none; a packed colour, `rgb` or `rgba` of 4 bytes, makes red,
///          green, blue, and of rgba alpha.
/// Units:   those of the file, rounded to the nearest float, positions relative to an offset (PointReading); integers exactly up to
///          2^24, so larger ids and times lose digits. Colours 0 to 255, NaN where a text says nan for a packed float.
/// Throws:  FormatError if the bytes are no such file, x, y or z is not there, or data is missing or left over.
[[nodiscard]] inline PointCloud parse_pcd(std::span<const std::byte> bytes, std::string_view name,
                                          PointReading const& reading = {}) {
  return PointBlocks(open_pcd_rows({bytes, "read_pcd: " + std::string(name)}), reading).rest();
}

/// The points of a PCD file, block after block. Packed data, which lies field by field, is held as a whole.
///
/// Throws:  what parse_pcd throws; FormatError if the file cannot be read.
[[nodiscard]] inline PointBlocks pcd_blocks(std::filesystem::path const& path, PointReading const& reading = {}) {
  return PointBlocks(open_pcd_rows({path, "read_pcd"}), reading);
}

/// Reads the points of a PCD file, the format of the Point Cloud Library. Its header is judged before the rest is read.
///
/// Throws:  what parse_pcd throws; FormatError if the file cannot be read.
[[nodiscard]] inline PointCloud read_pcd(std::filesystem::path const& path, PointReading const& reading = {}) {
  return pcd_blocks(path, reading).rest();
}

}  // namespace sparseconv::inline v0_1

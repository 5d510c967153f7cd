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

#include "sparseconv/error.hpp"
#include "sparseconv/io/byte_window.hpp"
#include "sparseconv/io/fixed_rows.hpp"
#include "sparseconv/io/point_blocks.hpp"
#include "sparseconv/io/point_rows.hpp"
#include "sparseconv/io/record_format.hpp"
#include "sparseconv/io/record_layout.hpp"
#include "sparseconv/points/point_cloud.hpp"

namespace sparseconv::inline v0_1 {

/// Checks that `bytes` bytes are whole records of a format. `where` begins the message.
///
/// Throws:  FormatError if the size is no multiple of a record; the message lists the formats whose records would fit.
inline void expect_whole_records(std::uint64_t bytes, std::string_view where, RecordFormat const& format) {
  std::size_t const size = record_bytes(format);
  if (bytes % size == 0) return;
  std::string fitting;
  constexpr std::int64_t most_listed = 8;
  for (const RecordElement element : {RecordElement::float32, RecordElement::float16, RecordElement::float64})
    for (std::int64_t columns = least_record_columns; columns <= most_listed; ++columns)
      if (const RecordFormat other{.columns = columns, .element = element}; bytes % record_bytes(other) == 0)
        fitting += (fitting.empty() ? "" : ", ") + to_string(other);
  throw FormatError(
      {where, ": ", bytes, " bytes are no multiple of a record of ", size, " bytes (", to_string(format), "); ",
       (fitting.empty() ? "the file is truncated, or is no file of records"
                        : "the file is truncated, or has another RecordFormat: " + fitting + " would fit")});
}

/// Records until the end of what has no size.
class EndlessRows : public PointRows {
 public:
  EndlessRows(ByteWindow window, RecordLayout layout, RecordFormat format)
      : PointRows(std::move(window), std::move(layout)), format_(std::move(format)) {}

  std::span<const std::byte> next(std::size_t most) override {
    std::span<const std::byte> const there = window_.ahead(most * layout_.record_bytes);
    std::size_t const count = std::min(most, there.size() / layout_.record_bytes);
    if (count == 0 && !there.empty()) expect_whole_records(window_.position() + there.size(), window_.where(), format_);
    window_.drop(count * layout_.record_bytes);
    return there.first(count * layout_.record_bytes);
  }

 private:
  RecordFormat format_;
};

/// The points of a file of records; the window stands at its beginning.
[[nodiscard]] inline std::unique_ptr<PointRows> open_record_rows(ByteWindow window, RecordFormat const& format) {
  RecordLayout layout = lay_out_records(format);
  auto const there = window.left();
  if (!there) return std::make_unique<EndlessRows>(std::move(window), std::move(layout), format);
  expect_whole_records(*there, window.where(), format);
  std::uint64_t const rows = *there / layout.record_bytes;
  return std::make_unique<FixedRows>(std::move(window), std::move(layout), rows);
}

/// Reads points from bytes that hold nothing but records.
///
/// `name` is what messages call the bytes. No bytes are no points. A wrong format that divides the size goes unnoticed.
/// Shapes:  bytes.size() / record_bytes(format) x format.columns, and no column names; of described fields x, y, z, then the others in
///          their order, under their names, as of a PCD file.
/// Units:   those of the file, rounded to the nearest float, positions relative to an offset (PointReading).
/// Throws:  what lay_out_records and expect_whole_records throw.
[[nodiscard]] inline PointCloud parse_records(std::span<const std::byte> bytes, std::string_view name,
                                              RecordFormat const& format = {}, PointReading const& reading = {}) {
  return PointBlocks(open_record_rows({bytes, "read_records: " + std::string(name)}, format), reading).rest();
}

/// The points of a file of records, block after block.
///
/// Throws:  what parse_records throws; FormatError if the file cannot be read.
[[nodiscard]] inline PointBlocks record_blocks(std::filesystem::path const& path, RecordFormat const& format = {},
                                               PointReading const& reading = {}) {
  return PointBlocks(open_record_rows({path, "read_records"}, format), reading);
}

/// Reads the points of a headerless file of records, as KITTI and nuScenes keep them.
///
/// Nothing in such a file says how long it should be: one of the wrong kind is read whole, unless its size is no multiple
/// of a record.
/// Throws:  what parse_records throws; FormatError if the file cannot be read.
[[nodiscard]] inline PointCloud read_records(std::filesystem::path const& path, RecordFormat const& format = {},
                                             PointReading const& reading = {}) {
  return record_blocks(path, format, reading).rest();
}

}  // namespace sparseconv::inline v0_1

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "sparseconv/error.hpp"
#include "sparseconv/points/point_cloud.hpp"
#include "sparseconv/weights/bytes.hpp"
#include "sparseconv/weights/scalar_type.hpp"

namespace sparseconv::inline v0_1 {

/// The number type of a file of records.
enum class RecordElement : std::uint8_t { float32, float16 };

/// What a headerless file does not say itself: how many values a point has, and their type.
///
/// KITTI scans are {.columns = 4}: x, y, z, intensity. nuScenes scans are {.columns = 5}: x, y, z, intensity, ring.
struct RecordFormat {
  std::int64_t columns = 4;
  RecordElement element = RecordElement::float32;
};

/// The bytes of one record.
[[nodiscard]] constexpr std::size_t record_bytes(RecordFormat const& format) noexcept {
  return static_cast<std::size_t>(format.columns) * (format.element == RecordElement::float16 ? 2 : 4);
}

/// A format as messages show it: "4 x float32".
[[nodiscard]] inline std::string to_string(RecordFormat const& format) {
  return std::to_string(format.columns) + (format.element == RecordElement::float16 ? " x float16" : " x float32");
}

/// Checks a format, and that `bytes` bytes are whole records of it. `name` is what messages call the bytes.
///
/// Throws:  ShapeError if format.columns is not in 3 to 6;
///          FormatError if the size is no multiple of a record; the message lists the formats whose records would fit.
inline void expect_whole_records(std::uint64_t bytes, std::string_view name, RecordFormat const& format) {
  constexpr std::int64_t least = 3;
  constexpr std::int64_t most = 6;
  if (format.columns < least || format.columns > most)
    throw ShapeError({"read_records: RecordFormat::columns is ", format.columns,
                      ", records have 3 to 6 values: x, y, z and up to three more"});
  if (bytes % record_bytes(format) == 0) return;
  std::string fitting;
  for (const RecordElement element : {RecordElement::float32, RecordElement::float16})
    for (std::int64_t columns = least; columns <= most; ++columns)
      if (const RecordFormat other{columns, element}; bytes % record_bytes(other) == 0)
        fitting += (fitting.empty() ? "" : ", ") + to_string(other);
  throw FormatError(
      {"read_records: ", name, ": ", bytes, " bytes are no multiple of a record of ", record_bytes(format), " bytes (",
       to_string(format), "); ",
       (fitting.empty() ? "the file is truncated, or is no file of records"
                        : "the file is truncated, or has another RecordFormat: " + fitting + " would fit")});
}

/// Reads points from bytes that hold nothing but little-endian records.
///
/// `name` is what messages call the bytes. No bytes are no points. A wrong format that divides the size goes unnoticed.
/// Shapes:  bytes.size() / record_bytes(format) x format.columns; no column names.
/// Throws:  what expect_whole_records throws.
[[nodiscard]] inline PointCloud parse_records(std::span<const std::byte> bytes, std::string_view name,
                                              RecordFormat const& format = {}) {
  expect_whole_records(bytes.size(), name, format);
  PointCloud cloud{.columns = format.columns};
  bool const is_half = format.element == RecordElement::float16;
  const std::size_t size = is_half ? 2 : 4;
  cloud.values.resize(bytes.size() / size);
  copy_as_float(is_half ? ScalarType::float16 : ScalarType::float32, bytes.data(), size, cloud.values.size(),
                cloud.values.data(), 1);
  return cloud;
}

/// Reads the points of a headerless file of little-endian records, as KITTI and nuScenes keep them.
///
/// Nothing in such a file says how long it should be: one of the wrong kind is read whole, unless its size is no multiple
/// of a record.
/// Throws:  what parse_records throws; FormatError if the file cannot be read.
[[nodiscard]] inline PointCloud read_records(std::filesystem::path const& path, RecordFormat const& format = {}) {
  FileBytes file(path, "read_records");
  expect_whole_records(file.size().value_or(0), path.string(), format);
  return parse_records(file.read_all(), path.string(), format);
}

}  // namespace sparseconv::inline v0_1

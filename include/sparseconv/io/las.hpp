#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/io/byte_window.hpp"
#include "sparseconv/io/las_header.hpp"
#include "sparseconv/io/point_blocks.hpp"
#include "sparseconv/io/point_rows.hpp"
#include "sparseconv/io/record_layout.hpp"
#include "sparseconv/number/scalar_loader.hpp"
#include "sparseconv/points/point_cloud.hpp"

namespace sparseconv::inline v0_1 {

/// The bytes that a record gets behind its own, for numbers that are some bits of one: number of the return, number of returns, class.
inline constexpr std::size_t las_bits_apart = 3;

/// The columns of a LAS file's points.
[[nodiscard]] inline RecordLayout lay_out_las(LasHeader const& header) {
  RecordLayout layout{
      .record_bytes = header.record_bytes + las_bits_apart, .scale = header.scale, .shift = header.shift};
  auto const add = [&](char const* name, ScalarType type, std::size_t begin) {
    layout.names.emplace_back(name);
    layout.numbers.push_back({type, false, begin});
  };
  add("x", ScalarType::int32, 0);
  add("y", ScalarType::int32, 4);
  add("z", ScalarType::int32, 8);
  add("intensity", ScalarType::uint16, 12);
  add("return_number", ScalarType::uint8, header.record_bytes);
  add("number_of_returns", ScalarType::uint8, header.record_bytes + 1);
  add("classification", ScalarType::uint8, header.record_bytes + 2);
  bool const is_new = header.format >= 6;
  add("scan_angle", is_new ? ScalarType::int16 : ScalarType::int8, is_new ? 18 : 16);
  add("user_data", ScalarType::uint8, 17);
  add("point_source_id", ScalarType::uint16, is_new ? 20 : 18);
  LasRecord const& record = las_records[header.format];
  if (record.time > 0) add("gps_time", ScalarType::float64, record.time);
  if (record.red > 0) add("red", ScalarType::uint16, record.red);
  if (record.red > 0) add("green", ScalarType::uint16, record.red + 2);
  if (record.red > 0) add("blue", ScalarType::uint16, record.red + 4);
  if (record.near_infrared > 0) add("near_infrared", ScalarType::uint16, record.near_infrared);
  return layout;
}

/// The points of a LAS file; the window stands at the first.
class LasRows : public PointRows {
 public:
  LasRows(ByteWindow window, LasHeader const& header)
      : PointRows(std::move(window), lay_out_las(header)), header_(header), left_(header.points) {}

  std::span<const std::byte> next(std::size_t most) override {
    auto const count = static_cast<std::size_t>(std::min<std::uint64_t>(most, left_));
    std::size_t const bytes = count * header_.record_bytes;
    std::span<const std::byte> const there = window_.ahead(bytes);
    if (there.size() < bytes)
      throw FormatError({window_.where(), ": the header tells ", header_.points, " points of ", header_.record_bytes,
                         " bytes, and the file ends within point ",
                         header_.points - left_ + there.size() / header_.record_bytes, "; it is truncated"});
    records_.resize(count * layout_.record_bytes);
    for (std::size_t i = 0; i < count; ++i)
      take_bits_apart(there.data() + i * header_.record_bytes, records_.data() + i * layout_.record_bytes);
    window_.drop(bytes);
    left_ -= count;
    return records_;
  }

  std::uint64_t most_points() const noexcept override {
    auto const there = window_.left();
    return there ? std::min(left_, *there / header_.record_bytes) : 0;
  }

 private:
  void take_bits_apart(std::byte const* from, std::byte* to) const {
    std::memcpy(to, from, header_.record_bytes);
    to += header_.record_bytes;
    auto const returns = std::to_integer<unsigned>(from[14]);
    if (header_.format >= 6) {
      to[0] = static_cast<std::byte>(returns & 15);
      to[1] = static_cast<std::byte>(returns >> 4);
      to[2] = from[16];
    } else {
      to[0] = static_cast<std::byte>(returns & 7);
      to[1] = static_cast<std::byte>((returns >> 3) & 7);
      to[2] = from[15] & std::byte{31};
    }
  }

  LasHeader header_;
  std::uint64_t left_;
  std::vector<std::byte> records_;
};

/// The points of a LAS file; the window stands at its beginning. What the header tells is judged before more is read.
[[nodiscard]] inline std::unique_ptr<PointRows> open_las_rows(ByteWindow window) {
  std::span<const std::byte> const beginning = window.ahead(longest_las_header);
  LasHeader const header =
      parse_las_header(beginning.first(std::min(beginning.size(), longest_las_header)), window.where());
  auto const size = window.left();
  if (size && (header.points_begin > *size || header.points > (*size - header.points_begin) / header.record_bytes))
    throw FormatError({window.where(), ": ", header.points, " points of ", header.record_bytes, " bytes from byte ",
                       header.points_begin, " on are more than a file of ", *size, " bytes holds; it is truncated"});
  window.skip(header.points_begin);
  return std::make_unique<LasRows>(std::move(window), header);
}

/// Reads points from the bytes of a LAS file of version 1.0 to 1.4, of point formats 0 to 10. Packed ones (LAZ) are refused.
///
/// `name` is what messages call the bytes. What comes behind the points, and bytes of a writer's own in a record, is passed over.
/// Shapes:  columns x, y, z, intensity, return_number, number_of_returns, classification, scan_angle, user_data, point_source_id, and,
///          as the format has them, gps_time, red, green and blue of 16 bits, near_infrared.
/// Units:   positions by the file's scale and offset in double, then relative to an offset of this reader (PointReading) rounded to
///          float; the others as they are in the file, the scan angle in degrees, or, of formats 6 to 10, in steps of 0.006.
/// Throws:  FormatError if the bytes are no such file, or points are missing.
[[nodiscard]] inline PointCloud parse_las(std::span<const std::byte> bytes, std::string_view name,
                                          PointReading const& reading = {}) {
  return PointBlocks(open_las_rows({bytes, "read_las: " + std::string(name)}), reading).rest();
}

/// The points of a LAS file, block after block.
///
/// Throws:  what parse_las throws; FormatError if the file cannot be read.
[[nodiscard]] inline PointBlocks las_blocks(std::filesystem::path const& path, PointReading const& reading = {}) {
  return PointBlocks(open_las_rows({path, "read_las"}), reading);
}

/// Reads the points of a LAS file. Its header is judged before the rest is read.
///
/// Throws:  what parse_las throws; FormatError if the file cannot be read.
[[nodiscard]] inline PointCloud read_las(std::filesystem::path const& path, PointReading const& reading = {}) {
  return las_blocks(path, reading).rest();
}

}  // namespace sparseconv::inline v0_1

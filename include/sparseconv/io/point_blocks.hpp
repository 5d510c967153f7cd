#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "sparseconv/error.hpp"
#include "sparseconv/io/point_rows.hpp"
#include "sparseconv/io/record_layout.hpp"
#include "sparseconv/points/point_cloud.hpp"

namespace sparseconv::inline v0_1 {

/// How points are taken out of a file, whatever its format.
struct PointReading {
  /// What positions are relative to. Nothing: on each axis 0, unless one of the first 65,536 points (fewer where a point takes
  /// more than 128 bytes) has a position that is no float and lies further than 8192 from 0, where float's steps begin to
  /// be larger than 2^-10; then the first such position, rounded to a whole number.
  std::optional<std::array<double, 3>> offset = std::nullopt;
  /// The points of a block, where a file is read block after block.
  std::int64_t block_points = std::int64_t{1} << 20;
};

/// The points of a file, block after block, so that the file may be larger than memory.
///
/// Order:   that of the file. All blocks have the same columns, names and offset, which do not depend on the blocks' size.
class PointBlocks {
 public:
  /// Throws:  ShapeError if a block has less than one point, or the offset is not finite.
  explicit PointBlocks(std::unique_ptr<PointRows> rows, PointReading const& reading = {})
      : rows_(std::move(rows)), block_points_(reading.block_points), offset_(reading.offset) {
    if (block_points_ < 1)
      throw ShapeError(
          {rows_->where(), ": PointReading::block_points is ", block_points_, "; a block has at least one point"});
    for (std::size_t axis = 0; offset_ && axis < 3; ++axis)
      if (!std::isfinite((*offset_)[axis]))
        throw ShapeError({rows_->where(), ": PointReading::offset is ", (*offset_)[axis], " along ", "xyz"[axis],
                          "; give it a finite number, or none at all"});
  }

  /// Takes the next points, block_points or those that are left, in place of those in `block`. False, and `block` has no points,
  /// behind the last.
  ///
  /// Throws:  what the format's reader throws, FormatError above all.
  bool next(PointCloud& block) { return take(block, block_points_); }

  /// All points that are left.
  [[nodiscard]] PointCloud rest() {
    PointCloud cloud;
    // A file's own count of points is taken as far as its bytes bear it out, with the bytes to be read still before them.
    cloud.values.reserve(rows_->most_points() * rows_->layout().numbers.size());
    take(cloud, std::numeric_limits<std::int64_t>::max());
    return cloud;
  }

  /// The share of the file's bytes that was read, 0 to 1; 0 if its size is not known.
  [[nodiscard]] double progress() const noexcept {
    auto const size = rows_->size();
    return size && *size > 0 ? static_cast<double>(rows_->position()) / static_cast<double>(*size) : 0;
  }

 private:
  bool take(PointCloud& block, std::int64_t points) {
    RecordLayout const& layout = rows_->layout();
    block.columns = rows_->columns();
    block.names = layout.names;
    block.values.clear();
    std::uint64_t left = static_cast<std::uint64_t>(points);
    while (left > 0) {
      if (records_.empty() && !load_records()) break;
      std::size_t const there = records_.size() / layout.record_bytes;
      auto const count = static_cast<std::size_t>(std::min<std::uint64_t>(left, there));
      std::size_t const begin = block.values.size();
      block.values.resize(begin + count * layout.numbers.size());
      copy_records(layout, records_.data(), count, *offset_, block.values.data() + begin);
      records_ = records_.subspan(count * layout.record_bytes);
      left -= count;
    }
    if (!offset_) offset_.emplace(std::array<double, 3>{});  // of no points
    block.offset = *offset_;
    return !block.values.empty();
  }

  bool load_records() {
    constexpr std::size_t most_rows = 1 << 16;
    constexpr std::size_t most_bytes = std::size_t{8} << 20;
    RecordLayout const& layout = rows_->layout();
    if (layout.record_bytes == 0) return false;
    records_ = rows_->next(std::clamp<std::size_t>(most_bytes / layout.record_bytes, 1, most_rows));
    if (!offset_ && !records_.empty())
      offset_ = choose_offset(layout, records_.data(), records_.size() / layout.record_bytes);
    return !records_.empty();
  }

  std::unique_ptr<PointRows> rows_;
  std::int64_t block_points_;
  std::optional<std::array<double, 3>> offset_;
  std::span<const std::byte> records_;  // that are not in a block yet
};

}  // namespace sparseconv::inline v0_1

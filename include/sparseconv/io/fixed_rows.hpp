#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>

#include "sparseconv/error.hpp"
#include "sparseconv/io/byte_window.hpp"
#include "sparseconv/io/point_rows.hpp"
#include "sparseconv/io/record_layout.hpp"

namespace sparseconv::inline v0_1 {

/// Records that lie one behind another, from the window's beginning on.
class FixedRows : public PointRows {
 public:
  /// There should be `rows` of them. `at_end` judges what comes after the last, with the window there.
  FixedRows(ByteWindow window, RecordLayout layout, std::uint64_t rows, std::function<void(ByteWindow&)> at_end = {})
      : PointRows(std::move(window), std::move(layout)), left_(rows), total_(rows), at_end_(std::move(at_end)) {}

  std::span<const std::byte> next(std::size_t most) override {
    auto const count = static_cast<std::size_t>(std::min<std::uint64_t>(most, left_));
    if (count == 0) {
      if (at_end_) std::exchange(at_end_, {})(window_);
      return {};
    }
    std::size_t const bytes = count * layout_.record_bytes;
    std::span<const std::byte> const there = window_.ahead(bytes);
    if (there.size() < bytes)
      throw FormatError({window_.where(), ": ", total_, " points of ", layout_.record_bytes,
                         " bytes are too many for the file, which ends within point ",
                         total_ - left_ + there.size() / layout_.record_bytes, "; the file is truncated"});
    window_.drop(bytes);
    left_ -= count;
    return there.first(bytes);
  }

  std::uint64_t most_points() const noexcept override {
    auto const there = window_.left();
    return there && layout_.record_bytes > 0 ? std::min(left_, *there / layout_.record_bytes) : 0;
  }

 private:
  std::uint64_t left_;
  std::uint64_t total_;
  std::function<void(ByteWindow&)> at_end_;
};

}  // namespace sparseconv::inline v0_1

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "sparseconv/io/byte_window.hpp"
#include "sparseconv/io/record_layout.hpp"

namespace sparseconv::inline v0_1 {

/// The points of one file as records of one layout, some after some. Each format has one of its own.
class PointRows {
 public:
  virtual ~PointRows() = default;
  PointRows(PointRows const&) = delete;
  PointRows& operator=(PointRows const&) = delete;

  [[nodiscard]] RecordLayout const& layout() const noexcept { return layout_; }
  [[nodiscard]] std::int64_t columns() const noexcept { return columns_; }

  /// The next records: `most`, or those that are left; none behind the last, when all that comes after it was judged. They stay
  /// until the next call.
  ///
  /// Throws:  FormatError if the file does not hold what it should.
  virtual std::span<const std::byte> next(std::size_t most) = 0;

  /// How many points there are at most, as far as the bytes of the file bear it out; 0 if that cannot be said.
  [[nodiscard]] virtual std::uint64_t most_points() const noexcept { return 0; }

  /// The call and the file, as messages begin.
  [[nodiscard]] std::string const& where() const noexcept { return window_.where(); }

  /// How many bytes of the file were read, and how many there are, if that is known.
  [[nodiscard]] std::uint64_t position() const noexcept { return window_.position(); }
  [[nodiscard]] std::optional<std::uint64_t> size() const noexcept {
    auto const left = window_.left();
    return left ? std::optional<std::uint64_t>(window_.position() + *left) : std::nullopt;
  }

 protected:
  explicit PointRows(ByteWindow window, RecordLayout layout = {}) : window_(std::move(window)) {
    set_layout(std::move(layout));
  }

  void set_layout(RecordLayout layout) {
    layout_ = std::move(layout);
    columns_ = static_cast<std::int64_t>(layout_.numbers.size());
  }

  ByteWindow window_;
  RecordLayout layout_;
  std::int64_t columns_ = 0;  // more than the layout has only where there is no point
};

}  // namespace sparseconv::inline v0_1

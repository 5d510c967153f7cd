#pragma once

#include <cstdint>

#include "sparseconv/primitive/device_words.hpp"

namespace sparseconv::inline v0_1 {

/// Division of cells by a stride, rounded down. Most strides are powers of two, for which a shift does what takes a division several
/// times as long.
class StrideDivision {
 public:
  constexpr StrideDivision() = default;
  /// The stride must be above 0.
  explicit constexpr StrideDivision(std::int32_t stride) : stride_(stride) {
    auto const bits = static_cast<std::uint32_t>(stride);
    shift_ = (bits & (bits - 1)) == 0 ? lowest_one(bits) : -1;
  }

  [[nodiscard]] constexpr std::int64_t stride() const { return stride_; }

  /// The power of two that the stride is; -1 if it is none.
  [[nodiscard]] constexpr int shift() const { return shift_; }

  [[nodiscard]] constexpr std::int64_t floor(std::int64_t c) const {
    if (shift_ >= 0) return c >> shift_;
    return c / stride_ - (c % stride_ != 0 && c < 0);
  }

  [[nodiscard]] constexpr std::int64_t ceiling(std::int64_t c) const { return -floor(-c); }

 private:
  std::int64_t stride_ = 1;
  int shift_ = 0;
};

}  // namespace sparseconv::inline v0_1

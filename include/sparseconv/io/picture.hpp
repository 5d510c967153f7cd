#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "sparseconv/error.hpp"

namespace sparseconv::inline v0_1 {

/// A colour of 8 bits a channel, in sRGB.
struct Colour {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;

  friend constexpr bool operator==(Colour, Colour) = default;
};

/// A picture in memory: rows from the top, pixels from the left, three bytes (red, green, blue) each, no padding.
///
/// Pixels outside may be set, which does nothing: a drawing may run over the edge. Reading one of them is an error.
class Picture {
 public:
  /// Makes a picture of one colour; no pixels at all are fine.
  ///
  /// Throws:  ShapeError if a side is negative; CapacityError if the bytes cannot be counted.
  Picture(std::int64_t width, std::int64_t height, Colour fill = {}) : width_(width), height_(height) {
    if (width < 0 || height < 0) {
      throw ShapeError({"Picture: ", size_text(), " pixels; no side may be negative"});
    }
    if (height > 0 && width > std::numeric_limits<std::ptrdiff_t>::max() / 3 / height) {
      throw CapacityError({"Picture: ", size_text(), " pixels are more than memory can address; use a smaller scale"});
    }
    bytes_.resize(static_cast<std::size_t>(3 * width * height));
    for (std::size_t i = 0; i < bytes_.size(); i += 3) {
      store(i, fill);
    }
  }

  std::int64_t width() const noexcept { return width_; }
  std::int64_t height() const noexcept { return height_; }

  /// Whether the picture has the pixel in column x of row y.
  bool contains(std::int64_t x, std::int64_t y) const noexcept { return x >= 0 && x < width_ && y >= 0 && y < height_; }

  /// The colour of the pixel in column x of row y.
  ///
  /// Throws:  ShapeError if the picture has no such pixel.
  Colour at(std::int64_t x, std::int64_t y) const {
    if (!contains(x, y)) {
      throw ShapeError(
          {"Picture::at: pixel (", x, ", ", y, ") is outside of ", size_text(), " pixels; ask contains(x, y) first"});
    }
    const std::size_t i = offset(x, y);
    return {bytes_[i], bytes_[i + 1], bytes_[i + 2]};
  }

  /// Colours the pixel in column x of row y, or nothing if the picture has no such pixel.
  void set(std::int64_t x, std::int64_t y, Colour colour) noexcept {
    if (contains(x, y)) {
      store(offset(x, y), colour);
    }
  }

  /// All rows, top first: 3 * width * height bytes.
  std::span<const std::uint8_t> bytes() const noexcept { return bytes_; }

 private:
  std::size_t offset(std::int64_t x, std::int64_t y) const noexcept {
    return static_cast<std::size_t>(3 * (y * width_ + x));
  }

  void store(std::size_t i, Colour colour) noexcept {
    bytes_[i] = colour.red;
    bytes_[i + 1] = colour.green;
    bytes_[i + 2] = colour.blue;
  }

  std::string size_text() const { return std::to_string(width_) + " x " + std::to_string(height_); }

  std::int64_t width_;
  std::int64_t height_;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace sparseconv::inline v0_1

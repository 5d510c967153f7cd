#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "compress_scan/stream_end.hpp"
#include "compress_scan/symbol_partition.hpp"

namespace compress_scan {

/// Reads the symbols that a RangeEncoder wrote, from the same partitions. Any bytes lead to some symbols; is_at_end() says whether an
/// encoder writes these bytes for them.
class RangeDecoder {
 public:
  /// Views the bytes.
  explicit RangeDecoder(std::span<std::byte const> bytes) : bytes_(bytes) {
    offset_ = std::uint64_t{word(0)} << 32;
    offset_ |= word(4);
  }

  int decode(SymbolPartition const& partition) {
    range_ >>= 16;
    // The last symbol whose part begins at the offset or below it.
    int symbol = 0;
    for (int step = symbols / 2; step > 0; step /= 2) {
      symbol += offset_ >= range_ * partition.start(symbol + step) ? step : 0;
    }
    std::uint64_t const below = range_ * partition.start(symbol);
    low_ += below;
    offset_ -= below;
    range_ *= partition.size(symbol);
    is_outside_ = is_outside_ || offset_ >= range_;
    if (range_ >> 32 == 0) {
      written_ += 4;
      offset_ = offset_ << 32 | word(written_ + 4);
      low_ <<= 32;
      range_ <<= 32;
    }
    return symbol;
  }

  /// Whether an encoder's bytes for the symbols so far are these, no more and no less.
  [[nodiscard]] bool is_at_end() const {
    StreamEnd const end = shortest_end(low_, range_);
    return !is_outside_ && end.number - low_ == offset_ &&
           bytes_.size() == written_ + static_cast<std::size_t>(end.bytes);
  }

  /// Whether symbols were read that only zeros behind the bytes led to.
  [[nodiscard]] bool is_beyond_end() const { return written_ > bytes_.size(); }

 private:
  /// Four bytes from a place on, highest first; behind the last one they are zeros.
  [[nodiscard]] std::uint32_t word(std::size_t place) const {
    std::uint32_t value = 0;
    std::size_t const there = place < bytes_.size() ? std::min<std::size_t>(bytes_.size() - place, 4) : 0;
    for (std::size_t i = 0; i < there; ++i) {
      value |= std::to_integer<std::uint32_t>(bytes_[place + i]) << (24 - 8 * i);
    }
    return value;
  }

  std::span<std::byte const> bytes_;
  std::size_t written_ = 0;   ///< bytes that an encoder would have written by now
  std::uint64_t offset_ = 0;  ///< of the number from the range's lower end
  std::uint64_t low_ = 0;
  std::uint64_t range_ = ~std::uint64_t{0};
  bool is_outside_ = false;
};

}  // namespace compress_scan

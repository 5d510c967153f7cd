#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "compress_scan/stream_end.hpp"
#include "compress_scan/symbol_partition.hpp"

namespace compress_scan {

/// Writes symbols as one long number between 0 and 1, each by about -log2 of its probability in bits.
///
/// Each symbol narrows a range to its part of it. The range has 64 bits; where its highest 32 are used up, those of its lower end
/// are written, highest byte first. What is added later may carry into bytes that are written already. A part is a multiple of
/// range / 2^16, rounded down from a range of at least 2^32, so what rounding loses is below 2^-16 of a symbol.
///
/// Source: Martin, "Range encoding: an algorithm for removing redundancy from a digitised message", 1979.
class RangeEncoder {
 public:
  void encode(SymbolPartition const& partition, int symbol) {
    range_ >>= 16;
    std::uint64_t const below = range_ * partition.start(symbol);
    low_ += below;
    if (low_ < below) carry();
    range_ *= partition.size(symbol);
    if (range_ >> 32 == 0) {
      put(4);
      low_ <<= 32;
      range_ <<= 32;
    }
  }

  /// The bytes of all symbols, the last call. Zeros may follow them, no other bytes.
  [[nodiscard]] std::vector<std::byte> finish() {
    StreamEnd const end = shortest_end(low_, range_);
    if (end.number < low_) carry();
    low_ = end.number;
    put(end.bytes);
    return std::move(bytes_);
  }

 private:
  /// The highest bytes of the lower end.
  void put(int count) {
    for (int i = 0; i < count; ++i) bytes_.push_back(static_cast<std::byte>(low_ >> (56 - 8 * i)));
  }

  /// Adds 1 to the number that was written. There is a byte that takes it, as the whole number stays below 1.
  void carry() {
    for (std::size_t i = bytes_.size(); i-- > 0;) {
      bytes_[i] = static_cast<std::byte>(std::to_integer<unsigned>(bytes_[i]) + 1U);
      if (bytes_[i] != std::byte{0}) return;
    }
  }

  std::uint64_t low_ = 0;
  std::uint64_t range_ = ~std::uint64_t{0};
  std::vector<std::byte> bytes_;
};

}  // namespace compress_scan

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sparseconv/number/little_endian.hpp"

namespace compress_scan {

/// The CRC-32 of zip and PNG, of bytes that may come in pieces. That of zlib is the same; with one of its own the codec needs the
/// library alone, and its files are tested on machines for which there is no zlib.
///
/// Source: ISO/IEC 3309, polynomial 0x04c11db7, lowest bit first.
class Checksum {
 public:
  void add(std::span<std::byte const> bytes) {
    std::uint32_t state = state_;
    // Four bytes by four tables, whose look-ups do not wait for each other.
    for (; bytes.size() >= 4; bytes = bytes.subspan(4)) {
      state ^= sparseconv::load_little_endian<std::uint32_t>(bytes.data());
      state = tables[3][state & 0xffU] ^ tables[2][state >> 8 & 0xffU] ^ tables[1][state >> 16 & 0xffU] ^
              tables[0][state >> 24];
    }
    for (std::byte const byte : bytes) {
      state = state >> 8 ^ tables[0][(state ^ std::to_integer<std::uint32_t>(byte)) & 0xffU];
    }
    state_ = state;
  }

  [[nodiscard]] std::uint32_t value() const { return ~state_; }

 private:
  /// The first has the remainder of each byte, each other one that of the byte and a zero more behind it.
  static constexpr std::array<std::array<std::uint32_t, 256>, 4> tables = [] {
    std::array<std::array<std::uint32_t, 256>, 4> remainders{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
      std::uint32_t state = byte;
      for (auto& table : remainders) {
        for (int bit = 0; bit < 8; ++bit) state = state >> 1 ^ (state % 2 == 1 ? 0xedb88320U : 0U);
        table[byte] = state;
      }
    }
    return remainders;
  }();

  std::uint32_t state_ = 0xffffffffU;
};

}  // namespace compress_scan

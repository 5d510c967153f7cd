#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace compress_scan {

/// The CRC-32 of zip and PNG, of bytes that may come in pieces.
///
/// Source: ISO/IEC 3309, polynomial 0x04c11db7, lowest bit first.
class Checksum {
 public:
  void add(std::span<std::byte const> bytes) {
    std::uint32_t state = state_;
    for (std::byte const byte : bytes) {
      state = state >> 8 ^ table[(state ^ std::to_integer<std::uint32_t>(byte)) & 0xffU];
    }
    state_ = state;
  }

  [[nodiscard]] std::uint32_t value() const { return ~state_; }

 private:
  static constexpr std::array<std::uint32_t, 256> table = [] {
    std::array<std::uint32_t, 256> remainders{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
      std::uint32_t state = byte;
      for (int bit = 0; bit < 8; ++bit) state = state >> 1 ^ (state % 2 == 1 ? 0xedb88320U : 0U);
      remainders[byte] = state;
    }
    return remainders;
  }();

  std::uint32_t state_ = 0xffffffffU;
};

}  // namespace compress_scan

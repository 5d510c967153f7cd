#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "sparseconv/error.hpp"

namespace sparseconv::inline v0_1 {

/// The most bytes that LZF makes of one: a reference of 3 bytes stands for 264.
inline constexpr std::uint64_t most_by_lzf = 88;

/// Unpacks bytes that LZF packed to `size` bytes. `where` begins every message.
///
/// Throws:  FormatError if they are not packed so, or do not become as many.
[[nodiscard]] inline std::vector<std::byte> unpack_lzf(std::span<const std::byte> packed, std::uint64_t size,
                                                       std::string_view where) {
  auto const damaged = [&](std::string_view reason) {
    return FormatError({where, ": the packed data cannot be unpacked, ", reason, "; the file is damaged"});
  };
  if (size / most_by_lzf > packed.size()) throw damaged("it claims more bytes than LZF makes of those in the file");
  std::vector<std::byte> bytes(size);
  std::size_t from = 0;
  std::size_t to = 0;
  while (from < packed.size()) {
    auto const first = std::to_integer<std::size_t>(packed[from++]);
    if (first < 32) {  // bytes as they are
      std::size_t const count = first + 1;
      if (count > packed.size() - from) throw damaged("it ends within a run of bytes");
      if (count > bytes.size() - to) throw damaged("more bytes than it claims come out of it");
      std::memcpy(bytes.data() + to, packed.data() + from, count);
      from += count;
      to += count;
      continue;
    }
    std::size_t count = (first >> 5) + 2;
    std::size_t const length_bytes = first >> 5 == 7 ? 1 : 0;
    if (packed.size() - from < length_bytes + 1) throw damaged("it ends within a reference");
    if (length_bytes == 1) count += std::to_integer<std::size_t>(packed[from++]);
    std::size_t const back = ((first & 31) << 8 | std::to_integer<std::size_t>(packed[from++])) + 1;
    if (back > to) throw damaged("a reference goes back behind its beginning");
    if (count > bytes.size() - to) throw damaged("more bytes than it claims come out of it");
    // Byte by byte: what is copied may be what this copy just wrote.
    for (std::size_t i = 0; i < count; ++i, ++to) bytes[to] = bytes[to - back];
  }
  if (to != bytes.size()) throw damaged("fewer bytes than it claims come out of it");
  return bytes;
}

}  // namespace sparseconv::inline v0_1

#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace sparseconv::test {

/// Packs bytes as LZF: a plain search back for each place, which takes the longest run that it finds.
inline std::vector<std::byte> pack_lzf(std::span<const std::byte> bytes) {
  std::vector<std::byte> packed;
  std::size_t literal = 0;  // where the bytes begin that are not written yet
  auto const write_literals = [&](std::size_t end) {
    while (literal < end) {
      std::size_t const count = std::min<std::size_t>(32, end - literal);
      packed.push_back(static_cast<std::byte>(count - 1));
      packed.insert(packed.end(), bytes.begin() + static_cast<std::ptrdiff_t>(literal),
                    bytes.begin() + static_cast<std::ptrdiff_t>(literal + count));
      literal += count;
    }
  };
  for (std::size_t at = 0; at < bytes.size();) {
    std::size_t best = 0;
    std::size_t best_back = 0;
    for (std::size_t back = 1; back <= std::min<std::size_t>(at, 8192); ++back) {
      std::size_t count = 0;
      while (count < 264 && at + count < bytes.size() && bytes[at + count] == bytes[at + count - back]) ++count;
      if (count > best) {
        best = count;
        best_back = back - 1;
      }
    }
    if (best < 3) {
      ++at;
      continue;
    }
    write_literals(at);
    std::size_t const length = best - 2;
    packed.push_back(static_cast<std::byte>(std::min<std::size_t>(length, 7) << 5 | best_back >> 8));
    if (length >= 7) packed.push_back(static_cast<std::byte>(length - 7));
    packed.push_back(static_cast<std::byte>(best_back & 0xff));
    at += best;
    literal = at;
  }
  write_literals(bytes.size());
  return packed;
}

}  // namespace sparseconv::test

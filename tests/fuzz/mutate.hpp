#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "dice.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace sparseconv::fuzz {

/// The body of a program's LLVMFuzzerCustomMutator: libFuzzer's own change of bytes, or a file that is nearly right.
///
/// `make(dice)` writes a right file, `spoil(text, dice)` makes one change to any bytes, in which it may find no file.
template <class Make, class Spoil>
std::size_t mutate(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed, Make&& make,
                   Spoil&& spoil) {
  Dice dice(seed);
  if (dice.one_in(4)) return LLVMFuzzerMutate(data, size, max_size);
  bool const anew = dice.one_in(3);
  std::string text = anew ? make(dice) : std::string(reinterpret_cast<char const*>(data), size);
  // New files stay right in one of four cases; a change on a change goes deeper than one.
  for (std::size_t left = dice.below(4) + (anew ? 0 : 1); left > 0; --left) {
    spoil(text, dice);
    text.resize(std::min(text.size(), max_size));  // at once: what repeats itself grows fast
  }
  const std::size_t written = std::min(text.size(), max_size);
  std::memcpy(data, text.data(), written);
  return written;
}

}  // namespace sparseconv::fuzz

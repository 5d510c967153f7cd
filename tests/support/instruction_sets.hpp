#pragma once

#include <concepts>
#include <cstdint>
#include <vector>

#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/instruction_set.hpp"

namespace sparseconv::test {

/// Every instruction set that this machine has, the portable one first.
inline std::vector<InstructionSet> instruction_sets() {
  std::vector<InstructionSet> sets;
  for (InstructionSet const set : every_instruction_set) {
    if (set <= best_instruction_set()) sets.push_back(set);
  }
  return sets;
}

/// Whether a set multiplies rows of so many channels by tiles, which have bits of their own, if the system lets it use them.
template <class T, class W>
bool takes_tiles(InstructionSet set, std::int64_t in_channels) {
  InstructionSet const least = std::same_as<T, half> ? InstructionSet::amx_fp16 : InstructionSet::amx_bf16;
  return is_narrow<T> && std::same_as<T, W> && set >= least && in_channels % 32 == 0;
}

}  // namespace sparseconv::test

#pragma once

#include <vector>

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

}  // namespace sparseconv::test

#include "sparseconv/policy/instruction_set.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

namespace sparseconv {
namespace {

TEST(InstructionSet, RisesFromPortable) {
  EXPECT_LT(InstructionSet::portable, InstructionSet::avx2);
  EXPECT_LT(InstructionSet::avx2, InstructionSet::avx512);
}

TEST(InstructionSet, HasAName) {
  EXPECT_EQ(to_string(InstructionSet::portable), "portable");
  EXPECT_EQ(to_string(InstructionSet::avx2), "avx2");
  EXPECT_EQ(to_string(InstructionSet::avx512), "avx512");
}

TEST(InstructionSet, IsWhatTheSystemSaysOfTheProcessor) {
  std::ifstream file("/proc/cpuinfo");
  std::string line;
  while (std::getline(file, line) && !line.starts_with("flags")) {
  }
  if (!line.starts_with("flags") || SPARSECONV_X86_KERNELS == 0) GTEST_SKIP() << "no list of x86 flags here";
  bool avx2 = false;
  bool fma = false;
  bool avx512 = false;
  std::istringstream flags(line);
  for (std::string flag; flags >> flag;) {
    avx2 |= flag == "avx2";
    fma |= flag == "fma";
    avx512 |= flag == "avx512f";
  }
  EXPECT_EQ(best_instruction_set(), avx512        ? InstructionSet::avx512
                                    : avx2 && fma ? InstructionSet::avx2
                                                  : InstructionSet::portable);
}

}  // namespace
}  // namespace sparseconv

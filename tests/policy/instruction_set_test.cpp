#include "sparseconv/policy/instruction_set.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>

namespace sparseconv::instruction_set_test {
namespace {

TEST(InstructionSet, RisesFromPortable) {
  EXPECT_LT(InstructionSet::portable, InstructionSet::avx2);
  EXPECT_LT(InstructionSet::avx2, InstructionSet::avx512);
  EXPECT_LT(InstructionSet::avx512, InstructionSet::avx512_bf16);
  EXPECT_LT(InstructionSet::avx512_bf16, InstructionSet::amx_bf16);
  EXPECT_LT(InstructionSet::amx_bf16, InstructionSet::amx_fp16);
  EXPECT_TRUE(std::ranges::is_sorted(every_instruction_set));
}

TEST(InstructionSet, HasAName) {
  EXPECT_EQ(to_string(InstructionSet::portable), "portable");
  EXPECT_EQ(to_string(InstructionSet::avx2), "avx2");
  EXPECT_EQ(to_string(InstructionSet::avx512), "avx512");
  EXPECT_EQ(to_string(InstructionSet::avx512_bf16), "avx512_bf16");
  EXPECT_EQ(to_string(InstructionSet::amx_bf16), "amx_bf16");
  EXPECT_EQ(to_string(InstructionSet::amx_fp16), "amx_fp16");
}

TEST(InstructionSet, IsFoundByItsName) {
  for (InstructionSet const set : every_instruction_set) EXPECT_EQ(instruction_set_named(to_string(set)), set);
  EXPECT_EQ(instruction_set_named("sse"), std::nullopt);
  EXPECT_EQ(instruction_set_named(""), std::nullopt);
}

TEST(InstructionSet, ThatIsFastestIsTheBestButForTilesAndForBfloat16OnIntelsProcessors) {
  std::ifstream file("/proc/cpuinfo");
  std::string const text{std::istreambuf_iterator<char>(file), {}};
  bool const is_intels = text.find("GenuineIntel") != std::string::npos;
  InstructionSet const most = is_intels ? InstructionSet::avx512 : InstructionSet::avx512_bf16;
  EXPECT_EQ(fastest_instruction_set(), std::min(best_instruction_set(), most));
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
  bool avx512_bf16 = false;
  bool amx_bf16 = false;
  std::istringstream flags(line);
  for (std::string flag; flags >> flag;) {
    avx2 |= flag == "avx2";
    fma |= flag == "fma";
    avx512 |= flag == "avx512f";
    avx512_bf16 |= flag == "avx512_bf16";
    amx_bf16 |= flag == "amx_bf16";
  }
  // Linux has no flag for AMX-FP16 there.
  InstructionSet const best = std::min(best_instruction_set(), InstructionSet::amx_bf16);
  EXPECT_EQ(best, avx512_bf16 && amx_bf16 ? InstructionSet::amx_bf16
                  : avx512_bf16           ? InstructionSet::avx512_bf16
                  : avx512                ? InstructionSet::avx512
                  : avx2 && fma           ? InstructionSet::avx2
                                          : InstructionSet::portable);
}

}  // namespace
}  // namespace sparseconv::instruction_set_test

#include "sparseconv/policy/unaligned_moves.hpp"

#include <gtest/gtest.h>

#include <cstddef>

#include "sparseconv/policy/instruction_set.hpp"

namespace sparseconv::unaligned_moves_test {
namespace {

#if SPARSECONV_UNALIGNED_MOVES
/// As GCC moves vectors to and from the stack, but written out: GCC as some distributions have it writes other moves by itself.
#define SPARSECONV_TEST_MOVE(move, vector)                                                                            \
  __asm__ volatile(move " (%0), %%" vector "\n\t" move " %%" vector ", (%1)" : : "r"(from), "r"(to) : vector, "memor" \
                                                                                                              "y")

alignas(64) std::byte bytes[256];

bool moves(void (*move)(std::byte const* from, std::byte* to), std::size_t size) {
  for (std::size_t i = 0; i < sizeof bytes; ++i) bytes[i] = static_cast<std::byte>(i);
  move(bytes + 1, bytes + 131);
  for (std::size_t i = 0; i < size; ++i)
    if (bytes[131 + i] != static_cast<std::byte>(i + 1)) return false;
  return true;
}

__attribute__((target("avx2"))) void vmovaps_32(std::byte const* from, std::byte* to) {
  SPARSECONV_TEST_MOVE("vmovaps", "ymm0");
}
__attribute__((target("avx2"))) void vmovapd_32(std::byte const* from, std::byte* to) {
  SPARSECONV_TEST_MOVE("vmovapd", "ymm0");
}
__attribute__((target("avx2"))) void vmovdqa_32(std::byte const* from, std::byte* to) {
  SPARSECONV_TEST_MOVE("vmovdqa", "ymm0");
}
__attribute__((target("avx512f"))) void vmovaps_64(std::byte const* from, std::byte* to) {
  SPARSECONV_TEST_MOVE("vmovaps", "zmm16");
}
__attribute__((target("avx512f"))) void vmovapd_64(std::byte const* from, std::byte* to) {
  SPARSECONV_TEST_MOVE("vmovapd", "zmm16");
}
__attribute__((target("avx512f"))) void vmovdqa32_64(std::byte const* from, std::byte* to) {
  SPARSECONV_TEST_MOVE("vmovdqa32", "zmm16");
}
__attribute__((target("avx512f"))) void vmovdqa64_64(std::byte const* from, std::byte* to) {
  SPARSECONV_TEST_MOVE("vmovdqa64", "zmm16");
}

TEST(UnalignedMoves, StandForThoseThatNeedAlignment) {
  if (best_instruction_set() < InstructionSet::avx2) GTEST_SKIP() << "no AVX2 here";
  for (auto* const move : {vmovaps_32, vmovapd_32, vmovdqa_32}) EXPECT_TRUE(moves(move, 32));
  if (best_instruction_set() < InstructionSet::avx512) GTEST_SKIP() << "no AVX-512 here";
  for (auto* const move : {vmovaps_64, vmovapd_64, vmovdqa32_64, vmovdqa64_64}) EXPECT_TRUE(moves(move, 64));
}
#else
TEST(UnalignedMoves, AreThoseOfTheCompilerElsewhere) {
  GTEST_SKIP() << "only GCC for Windows leaves vectors unaligned";
}
#endif

}  // namespace
}  // namespace sparseconv::unaligned_moves_test

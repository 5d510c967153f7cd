#include "sparseconv/policy/unaligned_moves.hpp"

#include <gtest/gtest.h>

#include <cstddef>

#include "sparseconv/policy/instruction_set.hpp"

namespace sparseconv::unaligned_moves_test {
namespace {

#if SPARSECONV_UNALIGNED_MOVES
alignas(64) std::byte bytes[256];

/// Moves a vector from an odd address to another as GCC moves vectors to and from the stack, but written out: GCC as some distributions
/// have it writes other moves by itself. True if it came as it was.
bool arrives(void (*move)(std::byte const* from, std::byte* to), std::size_t size) {
  for (std::size_t i = 0; i < sizeof bytes; ++i) bytes[i] = static_cast<std::byte>(i);
  move(bytes + 1, bytes + 131);
  for (std::size_t i = 0; i < size; ++i)
    if (bytes[131 + i] != static_cast<std::byte>(i + 1)) return false;
  return true;
}

__attribute__((target("avx2"))) void vmovaps_32(std::byte const* from, std::byte* to) {
  __asm__ volatile("vmovaps (%0), %%ymm0\n\tvmovaps %%ymm0, (%1)" : : "r"(from), "r"(to) : "ymm0", "memory");
}
__attribute__((target("avx2"))) void vmovapd_32(std::byte const* from, std::byte* to) {
  __asm__ volatile("vmovapd (%0), %%ymm0\n\tvmovapd %%ymm0, (%1)" : : "r"(from), "r"(to) : "ymm0", "memory");
}
__attribute__((target("avx2"))) void vmovdqa_32(std::byte const* from, std::byte* to) {
  __asm__ volatile("vmovdqa (%0), %%ymm0\n\tvmovdqa %%ymm0, (%1)" : : "r"(from), "r"(to) : "ymm0", "memory");
}
__attribute__((target("avx512f"))) void vmovaps_64(std::byte const* from, std::byte* to) {
  __asm__ volatile("vmovaps (%0), %%zmm16\n\tvmovaps %%zmm16, (%1)" : : "r"(from), "r"(to) : "zmm16", "memory");
}
__attribute__((target("avx512f"))) void vmovapd_64(std::byte const* from, std::byte* to) {
  __asm__ volatile("vmovapd (%0), %%zmm16\n\tvmovapd %%zmm16, (%1)" : : "r"(from), "r"(to) : "zmm16", "memory");
}
__attribute__((target("avx512f"))) void vmovdqa32_64(std::byte const* from, std::byte* to) {
  __asm__ volatile("vmovdqa32 (%0), %%zmm16\n\tvmovdqa32 %%zmm16, (%1)" : : "r"(from), "r"(to) : "zmm16", "memory");
}
__attribute__((target("avx512f"))) void vmovdqa64_64(std::byte const* from, std::byte* to) {
  __asm__ volatile("vmovdqa64 (%0), %%zmm16\n\tvmovdqa64 %%zmm16, (%1)" : : "r"(from), "r"(to) : "zmm16", "memory");
}

TEST(UnalignedMoves, StandForThoseThatNeedAlignment) {
  if (best_instruction_set() < InstructionSet::avx2) GTEST_SKIP() << "no AVX2 here";
  for (auto* const move : {vmovaps_32, vmovapd_32, vmovdqa_32}) EXPECT_TRUE(arrives(move, 32));
  if (best_instruction_set() < InstructionSet::avx512) GTEST_SKIP() << "no AVX-512 here";
  for (auto* const move : {vmovaps_64, vmovapd_64, vmovdqa32_64, vmovdqa64_64}) EXPECT_TRUE(arrives(move, 64));
}
#else
TEST(UnalignedMoves, AreThoseOfTheCompilerElsewhere) {
  GTEST_SKIP() << "only GCC for Windows leaves vectors unaligned";
}
#endif

}  // namespace
}  // namespace sparseconv::unaligned_moves_test

#pragma once

#if (defined(__GNUC__) || defined(__clang__)) && defined(__x86_64__)
#define SPARSECONV_X86_KERNELS 1
#include <cpuid.h>
#else
#define SPARSECONV_X86_KERNELS 0
#endif
#if (defined(__GNUC__) || defined(__clang__)) && defined(__aarch64__)
#define SPARSECONV_NEON_KERNELS 1
#else
#define SPARSECONV_NEON_KERNELS 0
#endif

#include <string>

namespace sparseconv::inline v0_1 {

/// The vector instructions that the CPU's kernels are compiled for, in rising order.
enum class InstructionSet {
  portable,  ///< what all processors of the kind have: SSE2 on x86-64, NEON on 64-bit ARM, else plain C++
  avx2,      ///< AVX2 with fused multiply-add and conversions of half (F16C)
  avx512     ///< AVX-512 F, and what avx2 has
};

/// "portable", "avx2" or "avx512", as messages and command lines have it.
inline std::string to_string(InstructionSet set) {
  return set == InstructionSet::avx512 ? "avx512" : set == InstructionSet::avx2 ? "avx2" : "portable";
}

/// The best instruction set of the processor that the program runs on.
inline InstructionSet best_instruction_set() {
#if SPARSECONV_X86_KERNELS
  static InstructionSet const best = [] {
    __builtin_cpu_init();
    // Not every compiler's __builtin_cpu_supports knows F16C.
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    bool const f16c = __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & bit_F16C) != 0;
    if (!f16c || !__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return InstructionSet::portable;
    return __builtin_cpu_supports("avx512f") ? InstructionSet::avx512 : InstructionSet::avx2;
  }();
  return best;
#else
  return InstructionSet::portable;
#endif
}

}  // namespace sparseconv::inline v0_1

#pragma once

namespace sparseconv {

/// The vector instructions that the CPU's kernels are compiled for, in rising order.
enum class InstructionSet {
  portable,  ///< what the compiler was told the program may use
  avx2,      ///< AVX2 with fused multiply-add
  avx512     ///< AVX-512 F
};

#if (defined(__GNUC__) || defined(__clang__)) && defined(__x86_64__)
#define SPARSECONV_X86_KERNELS 1
#else
#define SPARSECONV_X86_KERNELS 0
#endif

/// The best instruction set of the processor that the program runs on.
inline InstructionSet best_instruction_set() {
#if SPARSECONV_X86_KERNELS
  static InstructionSet const best = [] {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f")) return InstructionSet::avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return InstructionSet::avx2;
    return InstructionSet::portable;
  }();
  return best;
#else
  return InstructionSet::portable;
#endif
}

}  // namespace sparseconv

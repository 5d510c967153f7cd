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

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace sparseconv::inline v0_1 {

/// The vector instructions that the CPU's kernels are compiled for, in rising order.
enum class InstructionSet {
  portable,    ///< what all processors of the kind have: SSE2 on x86-64, NEON on 64-bit ARM, else plain C++
  avx2,        ///< AVX2 with fused multiply-add and conversions of half (F16C)
  avx512,      ///< AVX-512 F, and what avx2 has
  avx512_bf16  ///< dot products of bfloat16, and what avx512 has
};

/// All instruction sets, in rising order.
inline constexpr std::array every_instruction_set{InstructionSet::portable, InstructionSet::avx2,
                                                  InstructionSet::avx512, InstructionSet::avx512_bf16};

/// "portable", "avx2", "avx512" or "avx512_bf16", as messages and command lines have it.
inline std::string to_string(InstructionSet set) {
  switch (set) {
    case InstructionSet::avx2:
      return "avx2";
    case InstructionSet::avx512:
      return "avx512";
    case InstructionSet::avx512_bf16:
      return "avx512_bf16";
    default:
      return "portable";
  }
}

/// The instruction set of that name, none if there is no such set.
inline std::optional<InstructionSet> instruction_set_named(std::string_view name) {
  for (InstructionSet const set : every_instruction_set) {
    if (to_string(set) == name) return set;
  }
  return std::nullopt;
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
    if (!__builtin_cpu_supports("avx512f")) return InstructionSet::avx2;
    return __builtin_cpu_supports("avx512bf16") ? InstructionSet::avx512_bf16 : InstructionSet::avx512;
  }();
  return best;
#else
  return InstructionSet::portable;
#endif
}

/// The instruction set that `cpu` uses where nobody names one: the best, but not the dot products of bfloat16 where the processor
/// takes as long for two products with them as for four of float (Intel's do, 2020 to 2024).
inline InstructionSet fastest_instruction_set() {
#if SPARSECONV_X86_KERNELS
  static InstructionSet const fastest = [] {
    InstructionSet const best = best_instruction_set();
    return best == InstructionSet::avx512_bf16 && __builtin_cpu_is("intel") ? InstructionSet::avx512 : best;
  }();
  return fastest;
#else
  return best_instruction_set();
#endif
}

}  // namespace sparseconv::inline v0_1

#pragma once

#if (defined(__GNUC__) || defined(__clang__)) && defined(__x86_64__)
#define SPARSECONV_X86_KERNELS 1
#include <cpuid.h>
#else
#define SPARSECONV_X86_KERNELS 0
#endif

namespace sparseconv::inline v0_1 {

// What the processor is asked itself: the words that compilers have for it (__builtin_cpu_supports) are answered by a library of
// the compiler, which knows few features with some and none with others.
#if SPARSECONV_X86_KERNELS

/// The four words of an answer.
struct ProcessorAnswer {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
};

/// What an x86 processor answers to cpuid; zeros to a question that it does not know.
inline ProcessorAnswer ask_processor(unsigned question, unsigned part = 0) {
  ProcessorAnswer answer;
  if (__get_cpuid_count(question, part, &answer.eax, &answer.ebx, &answer.ecx, &answer.edx) == 0) return {};
  return answer;
}

/// Whether the system keeps all of these registers for its threads, by the bits of the register XCR0.
inline bool system_keeps(unsigned registers) {
  if ((ask_processor(1).ecx & bit_OSXSAVE) == 0) return false;
  unsigned low = 0;
  __asm__ volatile("xgetbv" : "=a"(low) : "c"(0) : "edx");
  return (low & registers) == registers;
}

/// Whether the processor has AVX2, fused products and conversions of half.
inline bool has_avx2() {
  constexpr unsigned fma_and_f16c = (1U << 12) | (1U << 29);
  constexpr unsigned avx2 = 1U << 5;
  constexpr unsigned registers = (1U << 1) | (1U << 2);
  return (ask_processor(1).ecx & fma_and_f16c) == fma_and_f16c && (ask_processor(7).ebx & avx2) != 0 &&
         system_keeps(registers);
}

/// Whether it has AVX-512 F beside these.
inline bool has_avx512() {
  constexpr unsigned avx512f = 1U << 16;
  if (!has_avx2() || (ask_processor(7).ebx & avx512f) == 0) return false;
#if defined(__APPLE__)
  return true;  // that system keeps the registers of a thread from their first use on, and does not say so before
#else
  constexpr unsigned registers = (1U << 5) | (1U << 6) | (1U << 7);
  return system_keeps(registers);
#endif
}

/// Whether it has dot products of bfloat16 beside AVX-512 F.
inline bool has_bfloat16_products() {
  constexpr unsigned avx512_bf16 = 1U << 5;
  return has_avx512() && ask_processor(7).eax >= 1 && (ask_processor(7, 1).eax & avx512_bf16) != 0;
}

/// Whether it has tiles of bfloat16.
inline bool has_bfloat16_tiles() {
  constexpr unsigned amx_bf16_and_tile = (1U << 22) | (1U << 24);
  constexpr unsigned registers = (1U << 17) | (1U << 18);
  return (ask_processor(7).edx & amx_bf16_and_tile) == amx_bf16_and_tile && system_keeps(registers);
}

/// Whether it has tiles of half beside those of bfloat16.
inline bool has_half_tiles() {
  constexpr unsigned amx_fp16 = 1U << 21;
  return has_bfloat16_tiles() && ask_processor(7).eax >= 1 && (ask_processor(7, 1).eax & amx_fp16) != 0;
}

/// Whether Intel made it.
inline bool is_intels_processor() {
  ProcessorAnswer const maker = ask_processor(0);
  return maker.ebx == signature_INTEL_ebx && maker.edx == signature_INTEL_edx && maker.ecx == signature_INTEL_ecx;
}

#endif

}  // namespace sparseconv::inline v0_1

#pragma once

#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/instruction_set.hpp"

#if SPARSECONV_X86_KERNELS && SPARSECONV_BODIES
#include <immintrin.h>
#endif

namespace sparseconv::inline v0_1::on_cpu {

// Arrays of half and bfloat16 to float and back, eight numbers at a time where the processor has AVX2 and F16C: the bits are those
// of the conversions one by one, but for a signalling NaN, which a processor makes quiet when it widens a half.

/// to[i] = from[i] for two-byte numbers.
template <class T>
requires(is_narrow<T>) void widen_numbers(T const* from, float* to, std::int64_t count,
                                          InstructionSet set = best_instruction_set());

/// to[i] = T(from[i]), rounded to nearest, ties to even.
template <class T>
requires(is_narrow<T>) void narrow_numbers(float const* from, T* to, std::int64_t count,
                                           InstructionSet set = best_instruction_set());

#if SPARSECONV_BODIES
#if SPARSECONV_X86_KERNELS
#define SPARSECONV_NARROW_TARGET __attribute__((target("avx2,f16c")))

SPARSECONV_NARROW_TARGET inline void widen_eight(half const* from, float* to) {
  _mm256_storeu_ps(to, _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<__m128i const*>(from))));
}

SPARSECONV_NARROW_TARGET inline void widen_eight(bfloat16 const* from, float* to) {
  __m256i const bits = _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<__m128i const*>(from)));
  _mm256_storeu_ps(to, _mm256_castsi256_ps(_mm256_slli_epi32(bits, 16)));
}

SPARSECONV_NARROW_TARGET inline void narrow_eight(float const* from, half* to) {
  __m128i const bits = _mm256_cvtps_ph(_mm256_loadu_ps(from), _MM_FROUND_TO_NEAREST_INT);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bits);
}

SPARSECONV_NARROW_TARGET inline void narrow_eight(float const* from, bfloat16* to) {
  __m256 const values = _mm256_loadu_ps(from);
  __m256i const bits = _mm256_castps_si256(values);
  __m256i const upper = _mm256_srli_epi32(bits, 16);
  __m256i const odd = _mm256_and_si256(upper, _mm256_set1_epi32(1));
  __m256i const to_even = _mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff)));
  __m256i const quiet = _mm256_or_si256(upper, _mm256_set1_epi32(bfloat16::quiet_bit));
  __m256i const is_nan = _mm256_castps_si256(_mm256_cmp_ps(values, values, _CMP_UNORD_Q));
  __m256i const rounded = _mm256_blendv_epi8(_mm256_srli_epi32(to_even, 16), quiet, is_nan);
  __m256i const packed = _mm256_permute4x64_epi64(_mm256_packus_epi32(rounded, rounded), 0x08);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm256_castsi256_si128(packed));
}

/// Returns how many numbers were converted: all but fewer than eight.
template <class T>
SPARSECONV_NARROW_TARGET std::int64_t widen_eights(T const* from, float* to, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + 8 <= count; i += 8) widen_eight(from + i, to + i);
  return i;
}

template <class T>
SPARSECONV_NARROW_TARGET std::int64_t narrow_eights(float const* from, T* to, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + 8 <= count; i += 8) narrow_eight(from + i, to + i);
  return i;
}

#undef SPARSECONV_NARROW_TARGET
#endif

template <class T>
requires(is_narrow<T>) void widen_numbers(T const* from, float* to, std::int64_t count, InstructionSet set) {
  std::int64_t i = 0;
#if SPARSECONV_X86_KERNELS
  if (set != InstructionSet::portable) i = widen_eights(from, to, count);
#else
  static_cast<void>(set);
#endif
  for (; i < count; ++i) to[i] = from[i];
}

template <class T>
requires(is_narrow<T>) void narrow_numbers(float const* from, T* to, std::int64_t count, InstructionSet set) {
  std::int64_t i = 0;
#if SPARSECONV_X86_KERNELS
  if (set != InstructionSet::portable) i = narrow_eights(from, to, count);
#else
  static_cast<void>(set);
#endif
  for (; i < count; ++i) to[i] = T(from[i]);
}
#endif

}  // namespace sparseconv::inline v0_1::on_cpu

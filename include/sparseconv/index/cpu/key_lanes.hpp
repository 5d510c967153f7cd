#pragma once

#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/policy/instruction_set.hpp"

#if SPARSECONV_X86_KERNELS && SPARSECONV_BODIES
#include <immintrin.h>

namespace sparseconv::inline v0_1::on_cpu {

#define SPARSECONV_KEY_LANES_TARGET __attribute__((target("avx512f")))

/// Vectors of keys in AVX-512, of std::uint32_t or std::uint64_t, and what is done with them lane by lane.
template <class Key>
struct KeyLanes;

template <>
struct KeyLanes<std::uint32_t> {
  static constexpr int count = 16;
  using Mask = __mmask16;
  SPARSECONV_KEY_LANES_TARGET static __m512i all(std::uint64_t number) {
    return _mm512_set1_epi32(static_cast<int>(number));
  }
  SPARSECONV_KEY_LANES_TARGET static __m512i sum(__m512i a, __m512i b) { return _mm512_add_epi32(a, b); }
  /// a + b in the lanes of the mask, a in the others.
  SPARSECONV_KEY_LANES_TARGET static __m512i sum_where(Mask mask, __m512i a, __m512i b) {
    return _mm512_mask_add_epi32(a, mask, a, b);
  }
  /// For each lane the number of that place, of two vectors that follow each other.
  SPARSECONV_KEY_LANES_TARGET static __m512i pick(__m512i low, __m512i place, __m512i high) {
    return _mm512_permutex2var_epi32(low, place, high);
  }
  SPARSECONV_KEY_LANES_TARGET static Mask less(__m512i a, __m512i b) { return _mm512_cmplt_epu32_mask(a, b); }
  SPARSECONV_KEY_LANES_TARGET static Mask equal(Mask among, __m512i a, __m512i b) {
    return _mm512_mask_cmpeq_epu32_mask(among, a, b);
  }
  /// The lowest byte of each lane; writes 16 bytes. By a mask, as GCC 12 warns of its own function without one.
  SPARSECONV_KEY_LANES_TARGET static void store_bytes(std::uint8_t* to, __m512i lanes) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm512_maskz_cvtepi32_epi8(0xffff, lanes));
  }
};

template <>
struct KeyLanes<std::uint64_t> {
  static constexpr int count = 8;
  using Mask = __mmask8;
  SPARSECONV_KEY_LANES_TARGET static __m512i all(std::uint64_t number) {
    return _mm512_set1_epi64(static_cast<long long>(number));
  }
  SPARSECONV_KEY_LANES_TARGET static __m512i sum(__m512i a, __m512i b) { return _mm512_add_epi64(a, b); }
  SPARSECONV_KEY_LANES_TARGET static __m512i sum_where(Mask mask, __m512i a, __m512i b) {
    return _mm512_mask_add_epi64(a, mask, a, b);
  }
  SPARSECONV_KEY_LANES_TARGET static __m512i pick(__m512i low, __m512i place, __m512i high) {
    return _mm512_permutex2var_epi64(low, place, high);
  }
  SPARSECONV_KEY_LANES_TARGET static Mask less(__m512i a, __m512i b) { return _mm512_cmplt_epu64_mask(a, b); }
  SPARSECONV_KEY_LANES_TARGET static Mask equal(Mask among, __m512i a, __m512i b) {
    return _mm512_mask_cmpeq_epu64_mask(among, a, b);
  }
  /// As above; the upper eight are 0.
  SPARSECONV_KEY_LANES_TARGET static void store_bytes(std::uint8_t* to, __m512i lanes) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm512_maskz_cvtepi64_epi8(0xff, lanes));
  }
};

#undef SPARSECONV_KEY_LANES_TARGET

}  // namespace sparseconv::inline v0_1::on_cpu
#endif

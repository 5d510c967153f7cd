#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

#include "sparseconv/execute/cpu/microkernel.hpp"
#include "sparseconv/number/arithmetic.hpp"
#include "sparseconv/number/bfloat16.hpp"
#include "sparseconv/policy/instruction_set.hpp"
#include "sparseconv/primitive/cpu/fetch.hpp"

#if SPARSECONV_X86_KERNELS
#include <immintrin.h>

/// The microkernels for AVX-512's dot products of bfloat16: two products and their additions to a float, one after the other.
///
/// Each product and its addition are rounded once, so the bits are those of the vector kernels that widen, but for factors and
/// sums that are closer to 0 than 2^-126: they become 0.
namespace sparseconv::inline v0_1::on_cpu::avx512_bf16 {

#define SPARSECONV_MICROKERNEL_TARGET __attribute__((target("avx512f,avx512bf16")))
inline constexpr std::size_t vector_registers = 32;
inline constexpr bool factor_for_each_row = false;

template <class T>
struct Vector;

#include "sparseconv/execute/cpu/microkernels/text.hpp"

/// Two input channels at a time. The processor adds the product of the upper half of 32 bits first, so the two change places: in
/// 16 of them at once, as one by one they would take a fifth of the time.
template <>
struct Products<bfloat16> {
  using Register = __m512;
  using Factors = __m512i;
  static constexpr std::size_t lanes = 16;
  static constexpr std::size_t channels = 2;
  static constexpr PanelOrder order = PanelOrder::exchanged_twos;
  static constexpr bool reads_lines = true;
  SPARSECONV_MICROKERNEL_TARGET static Register load(float const* from) { return _mm512_loadu_ps(from); }
  SPARSECONV_MICROKERNEL_TARGET static void store(float* to, Register value) { _mm512_storeu_ps(to, value); }
  SPARSECONV_MICROKERNEL_TARGET static Factors load_factors(bfloat16 const* panel) { return _mm512_loadu_si512(panel); }
  /// The first `count` channels of a row, an even number, or 32 if there are more; `line` has room for 32.
  SPARSECONV_MICROKERNEL_TARGET static void read_line(bfloat16 const* row, std::int64_t count, bfloat16* line) {
    auto const twos = static_cast<__mmask16>(count >= 32 ? 0xffff : (1U << (count / 2)) - 1);
    _mm512_store_si512(line, exchanged(_mm512_maskz_loadu_epi32(twos, row)));
  }
  SPARSECONV_MICROKERNEL_TARGET static Factors broadcast_factors(bfloat16 const* line) {
    std::int32_t two;
    std::memcpy(&two, line, sizeof(two));
    Factors factors = _mm512_set1_epi32(two);
#if defined(__clang__) && (__clang_major__ == 16 || __clang_major__ == 17)
    // Else these compilers never come to an end (LLVM's issue 68117): they must not see that a broadcast becomes bfloat16.
    asm("" : "+v"(factors));
#endif
    return factors;
  }
  SPARSECONV_MICROKERNEL_TARGET static Factors broadcast_from_row(bfloat16 const* row) {
    return exchanged(broadcast_factors(row));
  }
  SPARSECONV_MICROKERNEL_TARGET static Register multiply_add(Factors a, Factors b, Register sum) {
    return _mm512_dpbf16_ps(sum, reinterpret_cast<__m512bh>(a), reinterpret_cast<__m512bh>(b));
  }

 private:
  SPARSECONV_MICROKERNEL_TARGET static Factors exchanged(Factors twos) {
    return _mm512_maskz_rol_epi32(0xffff, twos, 16);  // GCC 12 warns of its own _mm512_rol_epi32
  }
};

#undef SPARSECONV_MICROKERNEL_TARGET

}  // namespace sparseconv::inline v0_1::on_cpu::avx512_bf16
#endif

#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "sparseconv/execute/cpu/microkernel.hpp"
#include "sparseconv/number/arithmetic.hpp"
#include "sparseconv/policy/instruction_set.hpp"
#include "sparseconv/primitive/cpu/fetch.hpp"

#if SPARSECONV_X86_KERNELS
#include <immintrin.h>

/// The microkernels for AVX-512.
namespace sparseconv::inline v0_1::on_cpu::avx512 {

#define SPARSECONV_MICROKERNEL_TARGET __attribute__((target("avx512f")))
inline constexpr std::size_t vector_registers = 32;
inline constexpr bool factor_for_each_row = false;

template <class T>
struct Vector;

template <>
struct Vector<float> {
  using Register = __m512;
  static constexpr std::size_t lanes = 16;
  SPARSECONV_MICROKERNEL_TARGET static Register load(float const* from) { return _mm512_loadu_ps(from); }
  SPARSECONV_MICROKERNEL_TARGET static void store(float* to, Register value) { _mm512_storeu_ps(to, value); }
  SPARSECONV_MICROKERNEL_TARGET static Register broadcast(float value) { return _mm512_set1_ps(value); }
  SPARSECONV_MICROKERNEL_TARGET static Register multiply_add(Register a, Register b, Register sum) {
    return _mm512_fmadd_ps(a, b, sum);
  }
  SPARSECONV_MICROKERNEL_TARGET static Register sum(Register a, Register b) { return _mm512_add_ps(a, b); }
  /// Rounded by itself, whatever it is added to.
  SPARSECONV_MICROKERNEL_TARGET static Register product(Register a, Register b) {
    Register product = _mm512_mul_ps(a, b);
    asm("" : "+v"(product));
    return product;
  }
  /// No more than the limit; NaN stays NaN.
  SPARSECONV_MICROKERNEL_TARGET static Register at_most(Register limit, Register value) {
    return _mm512_maskz_min_ps(0xffff, limit,
                               value);  // the second where one is NaN; GCC 12 warns of its own _mm512_min_ps
  }
  SPARSECONV_MICROKERNEL_TARGET static Register where_negative(Register value, Register other) {
    return _mm512_mask_mov_ps(value, _mm512_cmp_ps_mask(value, _mm512_setzero_ps(), _CMP_LT_OQ), other);
  }
};

template <>
struct Vector<double> {
  using Register = __m512d;
  static constexpr std::size_t lanes = 8;
  SPARSECONV_MICROKERNEL_TARGET static Register load(double const* from) { return _mm512_loadu_pd(from); }
  SPARSECONV_MICROKERNEL_TARGET static void store(double* to, Register value) { _mm512_storeu_pd(to, value); }
  SPARSECONV_MICROKERNEL_TARGET static Register broadcast(double value) { return _mm512_set1_pd(value); }
  SPARSECONV_MICROKERNEL_TARGET static Register multiply_add(Register a, Register b, Register sum) {
    return _mm512_fmadd_pd(a, b, sum);
  }
  SPARSECONV_MICROKERNEL_TARGET static Register sum(Register a, Register b) { return _mm512_add_pd(a, b); }
  /// Rounded by itself, whatever it is added to.
  SPARSECONV_MICROKERNEL_TARGET static Register product(Register a, Register b) {
    Register product = _mm512_mul_pd(a, b);
    asm("" : "+v"(product));
    return product;
  }
  /// No more than the limit; NaN stays NaN.
  SPARSECONV_MICROKERNEL_TARGET static Register at_most(Register limit, Register value) {
    return _mm512_maskz_min_pd(0xff, limit, value);  // likewise
  }
  SPARSECONV_MICROKERNEL_TARGET static Register where_negative(Register value, Register other) {
    return _mm512_mask_mov_pd(value, _mm512_cmp_pd_mask(value, _mm512_setzero_pd(), _CMP_LT_OQ), other);
  }
};

#include "sparseconv/execute/cpu/microkernels/text.hpp"
#undef SPARSECONV_MICROKERNEL_TARGET

}  // namespace sparseconv::inline v0_1::on_cpu::avx512
#endif

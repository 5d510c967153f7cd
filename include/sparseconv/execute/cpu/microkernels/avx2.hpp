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

/// The microkernels for AVX2 with fused multiply-add.
namespace sparseconv::inline v0_1::on_cpu::avx2 {

#define SPARSECONV_MICROKERNEL_TARGET __attribute__((target("avx2,fma")))
inline constexpr std::size_t vector_registers = 16;
inline constexpr bool factor_for_each_row = false;

template <class T>
struct Vector;

template <>
struct Vector<float> {
  using Register = __m256;
  static constexpr std::size_t lanes = 8;
  SPARSECONV_MICROKERNEL_TARGET static Register load(float const* from) { return _mm256_loadu_ps(from); }
  SPARSECONV_MICROKERNEL_TARGET static void store(float* to, Register value) { _mm256_storeu_ps(to, value); }
  SPARSECONV_MICROKERNEL_TARGET static Register broadcast(float value) { return _mm256_set1_ps(value); }
  SPARSECONV_MICROKERNEL_TARGET static Register multiply_add(Register a, Register b, Register sum) {
    return _mm256_fmadd_ps(a, b, sum);
  }
  SPARSECONV_MICROKERNEL_TARGET static Register sum(Register a, Register b) { return _mm256_add_ps(a, b); }
  /// Rounded by itself, whatever it is added to.
  SPARSECONV_MICROKERNEL_TARGET static Register product(Register a, Register b) {
    Register product = _mm256_mul_ps(a, b);
    asm("" : "+x"(product));
    return product;
  }
  /// No more than the limit; NaN stays NaN.
  SPARSECONV_MICROKERNEL_TARGET static Register at_most(Register limit, Register value) {
    return _mm256_min_ps(limit, value);  // the second where one is NaN
  }
  SPARSECONV_MICROKERNEL_TARGET static Register where_negative(Register value, Register other) {
    return _mm256_blendv_ps(value, other, _mm256_cmp_ps(value, _mm256_setzero_ps(), _CMP_LT_OQ));
  }
};

template <>
struct Vector<double> {
  using Register = __m256d;
  static constexpr std::size_t lanes = 4;
  SPARSECONV_MICROKERNEL_TARGET static Register load(double const* from) { return _mm256_loadu_pd(from); }
  SPARSECONV_MICROKERNEL_TARGET static void store(double* to, Register value) { _mm256_storeu_pd(to, value); }
  SPARSECONV_MICROKERNEL_TARGET static Register broadcast(double value) { return _mm256_set1_pd(value); }
  SPARSECONV_MICROKERNEL_TARGET static Register multiply_add(Register a, Register b, Register sum) {
    return _mm256_fmadd_pd(a, b, sum);
  }
  SPARSECONV_MICROKERNEL_TARGET static Register sum(Register a, Register b) { return _mm256_add_pd(a, b); }
  /// Rounded by itself, whatever it is added to.
  SPARSECONV_MICROKERNEL_TARGET static Register product(Register a, Register b) {
    Register product = _mm256_mul_pd(a, b);
    asm("" : "+x"(product));
    return product;
  }
  /// No more than the limit; NaN stays NaN.
  SPARSECONV_MICROKERNEL_TARGET static Register at_most(Register limit, Register value) {
    return _mm256_min_pd(limit, value);  // the second where one is NaN
  }
  SPARSECONV_MICROKERNEL_TARGET static Register where_negative(Register value, Register other) {
    return _mm256_blendv_pd(value, other, _mm256_cmp_pd(value, _mm256_setzero_pd(), _CMP_LT_OQ));
  }
};

#include "sparseconv/execute/cpu/microkernels/text.hpp"
#undef SPARSECONV_MICROKERNEL_TARGET

}  // namespace sparseconv::inline v0_1::on_cpu::avx2
#endif

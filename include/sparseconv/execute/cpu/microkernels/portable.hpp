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
#include <emmintrin.h>
#endif

/// The microkernels in plain C++, for every processor. A product is rounded before it is added, on all of them.
namespace sparseconv::inline v0_1::on_cpu::portable {

#define SPARSECONV_MICROKERNEL_TARGET
inline constexpr std::size_t vector_registers = 16;
inline constexpr bool factor_for_each_row = false;

/// A vector of one number.
template <class T>
struct Vector {
  using Register = T;
  static constexpr std::size_t lanes = 1;
  static Register load(T const* from) { return *from; }
  static void store(T* to, Register value) { *to = value; }
  static Register broadcast(T value) { return value; }
  static Register multiply_add(Register a, Register b, Register sum) { return product(a, b) + sum; }
  static Register sum(Register a, Register b) { return a + b; }
  static Register product(Register a, Register b) { return computed_alone(a * b); }
  /// No more than the limit; NaN stays NaN.
  static Register at_most(Register limit, Register value) { return limit < value ? limit : value; }
  static Register where_negative(Register value, Register other) { return value < T{0} ? other : value; }
};

#if SPARSECONV_X86_KERNELS
/// Four floats: every x86-64 has SSE2, which has no fused multiply-add.
template <>
struct Vector<float> {
  using Register = __m128;
  static constexpr std::size_t lanes = 4;
  static Register load(float const* from) { return _mm_loadu_ps(from); }
  static void store(float* to, Register value) { _mm_storeu_ps(to, value); }
  static Register broadcast(float value) { return _mm_set1_ps(value); }
  static Register multiply_add(Register a, Register b, Register sum) { return _mm_add_ps(product(a, b), sum); }
  static Register sum(Register a, Register b) { return _mm_add_ps(a, b); }
  static Register product(Register a, Register b) { return computed_alone(_mm_mul_ps(a, b)); }
  static Register at_most(Register limit, Register value) {
    return _mm_min_ps(limit, value);  // the second where one is NaN
  }
  static Register where_negative(Register value, Register other) {
    Register const negative = _mm_cmplt_ps(value, _mm_setzero_ps());
    return _mm_or_ps(_mm_and_ps(negative, other), _mm_andnot_ps(negative, value));
  }
};

template <>
struct Vector<double> {
  using Register = __m128d;
  static constexpr std::size_t lanes = 2;
  static Register load(double const* from) { return _mm_loadu_pd(from); }
  static void store(double* to, Register value) { _mm_storeu_pd(to, value); }
  static Register broadcast(double value) { return _mm_set1_pd(value); }
  static Register multiply_add(Register a, Register b, Register sum) { return _mm_add_pd(product(a, b), sum); }
  static Register sum(Register a, Register b) { return _mm_add_pd(a, b); }
  static Register product(Register a, Register b) { return computed_alone(_mm_mul_pd(a, b)); }
  static Register at_most(Register limit, Register value) {
    return _mm_min_pd(limit, value);  // the second where one is NaN
  }
  static Register where_negative(Register value, Register other) {
    Register const negative = _mm_cmplt_pd(value, _mm_setzero_pd());
    return _mm_or_pd(_mm_and_pd(negative, other), _mm_andnot_pd(negative, value));
  }
};
#endif

#include "sparseconv/execute/cpu/microkernels/text.hpp"
#undef SPARSECONV_MICROKERNEL_TARGET

}  // namespace sparseconv::inline v0_1::on_cpu::portable

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

#if SPARSECONV_NEON_KERNELS
#include <arm_neon.h>

/// The microkernels for 64-bit ARM, all of which has these instructions.
namespace sparseconv::inline v0_1::on_cpu::neon {

#define SPARSECONV_MICROKERNEL_TARGET
inline constexpr std::size_t vector_registers = 32;
inline constexpr bool factor_for_each_row = true;

template <class T>
struct Vector;

template <>
struct Vector<float> {
  using Register = float32x4_t;
  static constexpr std::size_t lanes = 4;
  static Register load(float const* from) { return vld1q_f32(from); }
  static void store(float* to, Register value) { vst1q_f32(to, value); }
  static Register broadcast(float value) { return vdupq_n_f32(value); }
  static Register multiply_add(Register a, Register b, Register sum) { return vfmaq_f32(sum, a, b); }
  static Register sum(Register a, Register b) { return vaddq_f32(a, b); }
  /// Rounded by itself, whatever it is added to.
  static Register product(Register a, Register b) { return computed_alone(vmulq_f32(a, b)); }
  /// No more than the limit; NaN stays NaN.
  static Register at_most(Register limit, Register value) { return vminq_f32(limit, value); }
  static Register where_negative(Register value, Register other) {
    return vbslq_f32(vcltq_f32(value, vdupq_n_f32(0)), other, value);
  }
};

template <>
struct Vector<double> {
  using Register = float64x2_t;
  static constexpr std::size_t lanes = 2;
  static Register load(double const* from) { return vld1q_f64(from); }
  static void store(double* to, Register value) { vst1q_f64(to, value); }
  static Register broadcast(double value) { return vdupq_n_f64(value); }
  static Register multiply_add(Register a, Register b, Register sum) { return vfmaq_f64(sum, a, b); }
  static Register sum(Register a, Register b) { return vaddq_f64(a, b); }
  /// Rounded by itself, whatever it is added to.
  static Register product(Register a, Register b) { return computed_alone(vmulq_f64(a, b)); }
  /// No more than the limit; NaN stays NaN.
  static Register at_most(Register limit, Register value) { return vminq_f64(limit, value); }
  static Register where_negative(Register value, Register other) {
    return vbslq_f64(vcltq_f64(value, vdupq_n_f64(0)), other, value);
  }
};

#include "sparseconv/execute/cpu/microkernels/text.hpp"
#undef SPARSECONV_MICROKERNEL_TARGET

}  // namespace sparseconv::inline v0_1::on_cpu::neon
#endif

#pragma once

#include <cmath>
#include <concepts>
#include <type_traits>

#include "sparseconv/config.hpp"
#include "sparseconv/policy/instruction_set.hpp"

namespace sparseconv::inline v0_1 {

// Words for a product that meets a sum.
//
// Written as a * b + c, it is rounded once or twice as the compiler likes: GCC fuses where the program's flags allow the
// instruction, Clang within one expression, nvcc always. Two files of one program can then give other bits for one line. So the
// library says which it means, and a test reads the compiled code of the rest.

/// The types that the words are for.
template <class Type>
concept BinaryFloat = std::same_as<Type, float> || std::same_as<Type, double>;

/// Hands a number or a vector of numbers on, and hides from the host's compiler where it came from.
template <class Number>
SPARSECONV_HOST_DEVICE constexpr Number computed_alone(Number number) {
#if !defined(__CUDA_ARCH__) && (defined(__GNUC__) || defined(__clang__))
  if (!std::is_constant_evaluated()) {
#if defined(__SSE2__)
    asm("" : "+x"(number));
#elif defined(__aarch64__)
    asm("" : "+w"(number));
#elif defined(__riscv)
    asm("" : "+f"(number));
#else
    asm("" : "+m"(number));
#endif
  }
#endif
  return number;
}

/// a * b of float or double, rounded, whatever is done with it then.
template <BinaryFloat Number>
SPARSECONV_HOST_DEVICE constexpr Number rounded_product(Number a, Number b) {
#if defined(__CUDA_ARCH__)
  if constexpr (sizeof(Number) == 4) {
    return __fmul_rn(a, b);
  } else {
    return __dmul_rn(a, b);
  }
#else
  return computed_alone(a * b);
#endif
}

/// a * b + c of float or double, each rounded: the product first, then the sum.
///
/// Bits: the same for GCC, Clang and nvcc, for all flags and processors, on the host and on a device.
template <BinaryFloat Number>
SPARSECONV_HOST_DEVICE constexpr Number product_then_sum(Number a, Number b, Number c) {
  return rounded_product(a, b) + c;
}

#if defined(__MINGW32__) && SPARSECONV_X86_KERNELS
/// a * b + c by the processor's instruction.
template <BinaryFloat Number>
__attribute__((target("fma"))) inline Number fused_by_instruction(Number a, Number b, Number c) {
  if constexpr (sizeof(Number) == 4) {
    return __builtin_fmaf(a, b, c);  // on the host
  } else {
    return __builtin_fma(a, b, c);  // on the host
  }
}
#endif

/// a * b + c of float or double, rounded once.
///
/// Bits: the same for GCC, Clang and nvcc, for all flags and processors, on the host and on a device; but MinGW's C library, which is
///       asked on processors without the instruction (or AVX2), may round twice.
/// Work: one instruction where the program may use it, else a call of the C library, which asks the processor.
template <BinaryFloat Number>
SPARSECONV_HOST_DEVICE inline Number fused(Number a, Number b, Number c) {
#if defined(__CUDA_ARCH__)
  if constexpr (sizeof(Number) == 4) {
    return __fmaf_rn(a, b, c);
  } else {
    return __fma_rn(a, b, c);
  }
#elif defined(__GNUC__) || defined(__clang__)
#if defined(__MINGW32__) && SPARSECONV_X86_KERNELS
  if (best_instruction_set() != InstructionSet::portable) return fused_by_instruction(a, b, c);
#endif
  if constexpr (sizeof(Number) == 4) {
    return __builtin_fmaf(a, b, c);  // on the host
  } else {
    return __builtin_fma(a, b, c);  // on the host
  }
#else
  return std::fma(a, b, c);
#endif
}

}  // namespace sparseconv::inline v0_1

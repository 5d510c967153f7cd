#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/instruction_set.hpp"
#include "sparseconv/primitive/cpu/fetch.hpp"
#include "sparseconv/tensor/site_set.hpp"

#if SPARSECONV_X86_KERNELS
#include <immintrin.h>
#endif

namespace sparseconv {

/// Some pairs of one kernel element, all with outputs in one block of rows, and one panel of the element's matrix.
///
/// Shapes: input rows of input_stride, of which the first in_channels count; panel in_channels x width, width = vectors * lanes
///         of the kernel that is called; block rows of block_stride, of which the kernel adds to the first `width` columns.
template <Element T>
struct BlockPairs {
  T const* input;
  std::int64_t input_stride;
  std::int64_t in_channels;
  T const* panel;
  T* block;
  std::int64_t block_stride;
  Row first_row;  ///< the output row that the block starts with
  Row const* input_rows;
  Row const* output_rows;
  std::int64_t count;
  T const* next_panel = nullptr;     ///< what the next call reads, if known: it is fetched meanwhile
  std::int64_t next_panel_size = 0;  ///< in numbers
};

/// Numbers of a type in a cache line.
template <Element T>
inline constexpr std::int64_t numbers_per_line = 64 / sizeof(T);

/// What a tile of pairs fetches into the caches while it adds.
template <Element T>
struct TileAhead {
  Row const* input_rows = nullptr;  ///< of the tile after it
  T const* panel = nullptr;         ///< its share of the next call's panel
  std::int64_t panel_lines = 0;     ///< of that share, for each cache line of an input row
};

/// For tile number `tile` of `tiles`, each of `rows` pairs. Shares are rounded up to lines, so the last may end behind the panel.
template <Element T>
TileAhead<T> tile_ahead(BlockPairs<T> const& pairs, std::int64_t tile, std::int64_t tiles, std::int64_t rows) {
  std::int64_t const begin = pairs.next_panel_size * tile / tiles;
  std::int64_t const share = pairs.next_panel_size * (tile + 1) / tiles - begin;
  return {pairs.input_rows + std::min(tile + 1, tiles - 1) * rows, pairs.next_panel + begin,
          (share + pairs.in_channels - 1) / pairs.in_channels};
}

/// The most vectors that a panel is wide.
inline constexpr int most_panel_vectors = 4;

/// A kernel for each panel width of one instruction set: block[o] += input[i] panel for each pair (i, o).
template <Element T>
struct PairKernels {
  using Kernel = void (*)(BlockPairs<T> const&);

  std::int64_t lanes;         ///< numbers in a vector
  std::int64_t most_vectors;  ///< widest panel, in vectors
  std::array<Kernel, most_panel_vectors> by_vectors;
};

// The kernel's text is compiled once for each instruction set, with a vector type and a function target of its own. It
// is a file and not a template over the vector type because a function's target cannot depend on a template parameter.

namespace portable_kernels {
#define SPARSECONV_KERNEL_TARGET
inline constexpr std::size_t vector_registers = SPARSECONV_NEON_KERNELS ? 32 : 16;
inline constexpr bool factor_for_each_row = SPARSECONV_NEON_KERNELS;

#if defined(__GNUC__) || defined(__clang__)
template <class T>
struct Vector {
  typedef T Register __attribute__((vector_size(16), aligned(alignof(T)), may_alias));
  static constexpr std::size_t lanes = 16 / sizeof(T);
  static Register load(T const* from) { return *reinterpret_cast<Register const*>(from); }
  static void store(T* to, Register value) { *reinterpret_cast<Register*>(to) = value; }
  static Register broadcast(T value) { return value - Register{}; }  // which no compiler needs to compute
  static Register multiply_add(Register a, Register b, Register sum) { return a * b + sum; }
};
#else
template <class T>
struct Vector {
  using Register = T;
  static constexpr std::size_t lanes = 1;
  static Register load(T const* from) { return *from; }
  static void store(T* to, Register value) { *to = value; }
  static Register broadcast(T value) { return value; }
  static Register multiply_add(Register a, Register b, Register sum) { return a * b + sum; }
};
#endif

#include "sparseconv/execute/cpu/pair_kernel_text.hpp"
#undef SPARSECONV_KERNEL_TARGET
}  // namespace portable_kernels

#if SPARSECONV_X86_KERNELS
namespace avx2_kernels {
#define SPARSECONV_KERNEL_TARGET __attribute__((target("avx2,fma")))
inline constexpr std::size_t vector_registers = 16;
inline constexpr bool factor_for_each_row = false;

template <class T>
struct Vector;

template <>
struct Vector<float> {
  using Register = __m256;
  static constexpr std::size_t lanes = 8;
  SPARSECONV_KERNEL_TARGET static Register load(float const* from) { return _mm256_loadu_ps(from); }
  SPARSECONV_KERNEL_TARGET static void store(float* to, Register value) { _mm256_storeu_ps(to, value); }
  SPARSECONV_KERNEL_TARGET static Register broadcast(float value) { return _mm256_set1_ps(value); }
  SPARSECONV_KERNEL_TARGET static Register multiply_add(Register a, Register b, Register sum) {
    return _mm256_fmadd_ps(a, b, sum);
  }
};

template <>
struct Vector<double> {
  using Register = __m256d;
  static constexpr std::size_t lanes = 4;
  SPARSECONV_KERNEL_TARGET static Register load(double const* from) { return _mm256_loadu_pd(from); }
  SPARSECONV_KERNEL_TARGET static void store(double* to, Register value) { _mm256_storeu_pd(to, value); }
  SPARSECONV_KERNEL_TARGET static Register broadcast(double value) { return _mm256_set1_pd(value); }
  SPARSECONV_KERNEL_TARGET static Register multiply_add(Register a, Register b, Register sum) {
    return _mm256_fmadd_pd(a, b, sum);
  }
};

#include "sparseconv/execute/cpu/pair_kernel_text.hpp"
#undef SPARSECONV_KERNEL_TARGET
}  // namespace avx2_kernels

namespace avx512_kernels {
#define SPARSECONV_KERNEL_TARGET __attribute__((target("avx512f")))
inline constexpr std::size_t vector_registers = 32;
inline constexpr bool factor_for_each_row = false;

template <class T>
struct Vector;

template <>
struct Vector<float> {
  using Register = __m512;
  static constexpr std::size_t lanes = 16;
  SPARSECONV_KERNEL_TARGET static Register load(float const* from) { return _mm512_loadu_ps(from); }
  SPARSECONV_KERNEL_TARGET static void store(float* to, Register value) { _mm512_storeu_ps(to, value); }
  SPARSECONV_KERNEL_TARGET static Register broadcast(float value) { return _mm512_set1_ps(value); }
  SPARSECONV_KERNEL_TARGET static Register multiply_add(Register a, Register b, Register sum) {
    return _mm512_fmadd_ps(a, b, sum);
  }
};

template <>
struct Vector<double> {
  using Register = __m512d;
  static constexpr std::size_t lanes = 8;
  SPARSECONV_KERNEL_TARGET static Register load(double const* from) { return _mm512_loadu_pd(from); }
  SPARSECONV_KERNEL_TARGET static void store(double* to, Register value) { _mm512_storeu_pd(to, value); }
  SPARSECONV_KERNEL_TARGET static Register broadcast(double value) { return _mm512_set1_pd(value); }
  SPARSECONV_KERNEL_TARGET static Register multiply_add(Register a, Register b, Register sum) {
    return _mm512_fmadd_pd(a, b, sum);
  }
};

#include "sparseconv/execute/cpu/pair_kernel_text.hpp"
#undef SPARSECONV_KERNEL_TARGET
}  // namespace avx512_kernels
#endif

/// The kernels of an instruction set; the processor must have it.
template <Element T>
PairKernels<T> const& pair_kernels(InstructionSet set) {
#if SPARSECONV_X86_KERNELS
  if (set == InstructionSet::avx512) return avx512_kernels::kernels<T>;
  if (set == InstructionSet::avx2) return avx2_kernels::kernels<T>;
#else
  static_cast<void>(set);
#endif
  return portable_kernels::kernels<T>;
}

}  // namespace sparseconv

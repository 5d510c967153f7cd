#pragma once

#include <concepts>
#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/execute/cpu/microkernel.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/instruction_set.hpp"
#if SPARSECONV_BODIES
#include "sparseconv/execute/cpu/microkernels/amx.hpp"
#include "sparseconv/execute/cpu/microkernels/avx2.hpp"
#include "sparseconv/execute/cpu/microkernels/avx512.hpp"
#include "sparseconv/execute/cpu/microkernels/avx512_bf16.hpp"
#include "sparseconv/execute/cpu/microkernels/neon.hpp"
#include "sparseconv/execute/cpu/microkernels/portable.hpp"
#endif

namespace sparseconv::inline v0_1::on_cpu {

/// The microkernels of an instruction set; the processor must have it.
///
/// Their text is compiled once for each, with a vector type and a function target of its own. It is a text and not a template
/// over the vector type because a function's target cannot depend on a template parameter.
template <Element T>
requires(!is_narrow<T>) Microkernels<T>
const& microkernels(InstructionSet set);

/// Those that multiply rows of so many channels of a narrow type as they are, or a null pointer if the set has none: then they are
/// widened. For tiles the system is asked, once and if the channels fit, whether this process may use them.
template <Element T>
requires(is_narrow<T>) Microkernels<T>
const* narrow_microkernels(InstructionSet set, std::int64_t in_channels);

/// Whether there is a set with such kernels for features of T and weights of W.
template <Element T, Element W>
inline constexpr bool has_narrow_microkernels = is_narrow<T>&& std::same_as<T, W>;

/// See RowsToFinish; by the instructions of the set.
template <Element T>
requires(!is_narrow<T>) void finish_rows(InstructionSet set, RowsToFinish<T> const& rows);

#if SPARSECONV_BODIES
template <Element T>
requires(!is_narrow<T>) Microkernels<T>
const& microkernels(InstructionSet set) {
#if SPARSECONV_X86_KERNELS
  if (set >= InstructionSet::avx512) return avx512::microkernels<T>;
  if (set == InstructionSet::avx2) return avx2::microkernels<T>;
#else
  static_cast<void>(set);
#endif
#if SPARSECONV_NEON_KERNELS
  return neon::microkernels<T>;
#else
  return portable::microkernels<T>;
#endif
}

template <Element T>
requires(is_narrow<T>) Microkernels<T>
const* narrow_microkernels(InstructionSet set, std::int64_t in_channels) {
#if SPARSECONV_X86_KERNELS
  constexpr bool is_bfloat16 = std::same_as<T, bfloat16>;
  if constexpr (is_bfloat16) {
    auto const& dot_products = avx512_bf16::microkernels<T>;
    if (set == InstructionSet::avx512_bf16) return in_channels % dot_products.channels == 0 ? &dot_products : nullptr;
  }
  auto const& tiles = amx::microkernels<T>;
  bool const has_tiles = set >= (is_bfloat16 ? InstructionSet::amx_bf16 : InstructionSet::amx_fp16);
  if (has_tiles && in_channels % tiles.channels == 0 && amx::may_use_tiles()) return &tiles;
#endif
  static_cast<void>(set);
  static_cast<void>(in_channels);
  return nullptr;
}

template <Element T>
requires(!is_narrow<T>) void finish_rows(InstructionSet set, RowsToFinish<T> const& rows) {
#if SPARSECONV_X86_KERNELS
  if (set >= InstructionSet::avx512) return avx512::finish_rows(rows);
  if (set == InstructionSet::avx2) return avx2::finish_rows(rows);
#else
  static_cast<void>(set);
#endif
#if SPARSECONV_NEON_KERNELS
  neon::finish_rows(rows);
#else
  portable::finish_rows(rows);
#endif
}
#endif

}  // namespace sparseconv::inline v0_1::on_cpu

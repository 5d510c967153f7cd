#pragma once

#if (defined(__GNUC__) || defined(__clang__)) && defined(__aarch64__)
#define SPARSECONV_NEON_KERNELS 1
#else
#define SPARSECONV_NEON_KERNELS 0
#endif

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "sparseconv/policy/unaligned_moves.hpp"
#include "sparseconv/policy/x86_processor.hpp"

namespace sparseconv::inline v0_1 {

/// The vector instructions that the CPU's kernels are compiled for, in rising order.
enum class InstructionSet {
  portable,     ///< what all processors of the kind have: SSE2 on x86-64, NEON on 64-bit ARM, else plain C++
  avx2,         ///< AVX2 with fused multiply-add and conversions of half (F16C)
  avx512,       ///< AVX-512 F, and what avx2 has
  avx512_bf16,  ///< dot products of bfloat16, and what avx512 has
  amx_bf16,     ///< products of tiles of bfloat16 (AMX); what does not fit tiles is as with avx512
  amx_fp16      ///< products of tiles of half too
};

/// All instruction sets, in rising order.
inline constexpr std::array every_instruction_set{InstructionSet::portable, InstructionSet::avx2,
                                                  InstructionSet::avx512,   InstructionSet::avx512_bf16,
                                                  InstructionSet::amx_bf16, InstructionSet::amx_fp16};

/// Their names in the same order, as messages and command lines have them.
inline constexpr std::array instruction_set_names{"portable", "avx2", "avx512", "avx512_bf16", "amx_bf16", "amx_fp16"};
static_assert(instruction_set_names.size() == every_instruction_set.size());

/// Its name: "avx2".
inline std::string to_string(InstructionSet set) {
  return instruction_set_names[static_cast<std::size_t>(set)];
}

/// The instruction set of that name, none if there is no such set.
inline std::optional<InstructionSet> instruction_set_named(std::string_view name) {
  for (InstructionSet const set : every_instruction_set) {
    if (to_string(set) == name) return set;
  }
  return std::nullopt;
}

/// Whether kernels of an instruction set round a product and its addition once, where features or weights are float or double: sets
/// that do agree to the bit, on whatever processor, and so do those that do not, with each other and with `seq`. A file that others must
/// decode to the same bits says which it was. Products of two numbers of two bytes have more kinds: see docs/semantics.md.
constexpr bool rounds_products_once(InstructionSet set) {
  return set != InstructionSet::portable || SPARSECONV_NEON_KERNELS == 1;
}

/// The best instruction set of the processor that the program runs on.
inline InstructionSet best_instruction_set() {
#if SPARSECONV_X86_KERNELS
  static InstructionSet const best = [] {
    if (!has_avx2()) return InstructionSet::portable;
    if (!has_avx512()) return InstructionSet::avx2;
    if (!has_bfloat16_products()) return InstructionSet::avx512;
    if (!has_bfloat16_tiles()) return InstructionSet::avx512_bf16;
    return has_half_tiles() ? InstructionSet::amx_fp16 : InstructionSet::amx_bf16;
  }();
  return best;
#else
  return InstructionSet::portable;
#endif
}

/// The instruction set that `cpu` uses where nobody names one: the fastest that has been measured. That is the best without tiles,
/// which have not been measured, and at most avx512 on Intel's processors: their dot products of bfloat16 take twice as long as
/// products of float.
inline InstructionSet fastest_instruction_set() {
#if SPARSECONV_X86_KERNELS
  static InstructionSet const fastest = [] {
    return std::min(best_instruction_set(),
                    is_intels_processor() ? InstructionSet::avx512 : InstructionSet::avx512_bf16);
  }();
  return fastest;
#else
  return best_instruction_set();
#endif
}

}  // namespace sparseconv::inline v0_1

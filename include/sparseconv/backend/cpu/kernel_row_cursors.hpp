#pragma once

#include <cstdint>
#include <span>
#include <type_traits>

#include "sparseconv/backend/cpu/instruction_set.hpp"
#include "sparseconv/backend/cpu/pair_lists.hpp"

#if SPARSECONV_X86_KERNELS
#include <immintrin.h>
#endif

namespace sparseconv {

/// How far one row of the kernel has come in the sorted keys of the inputs, and where it lists its candidates: the outputs that
/// have an input within the row's reach, with the first such input.
template <class Key>
struct KernelRowCursor {
  Key key;    ///< from a window to the cell of the row's first element
  Key reach;  ///< from there to the cell of its last
  std::int64_t at;
  PackedPair* candidates_end;

  /// Puts the cursor at the first input whose key is not below `first`, of which the caller says where it is at the earliest.
  void settle(Key const* keys, std::int64_t earliest, Key first, std::int64_t output) {
    while (keys[earliest] < first) ++earliest;
    at = earliest;
    // Written in any case, and kept if it is a candidate: no branch can foretell which is.
    *candidates_end = pack_pair(static_cast<Row>(at), static_cast<Row>(output));
    candidates_end += keys[at] - first <= reach;
  }
};

/// Keys that must follow the last input's and be larger than every sought one.
inline constexpr std::int64_t keys_past_end = 8;

/// Moves the cursors along with the windows of outputs [begin, end).
///
/// The cursors take turns, so that none waits for its own last step. How far one moves follows no pattern, so a branch on it
/// would be mispredicted: three steps without one are nearly always enough.
template <class Key>
void move_cursors(Key const* keys, Key const* windows, std::int64_t begin, std::int64_t end,
                  std::span<KernelRowCursor<Key>> cursors) {
  for (std::int64_t output = begin; output < end; ++output) {
    Key const window = windows[output];
    for (KernelRowCursor<Key>& cursor : cursors) {
      Key const first = window + cursor.key;
      Key const* const at = keys + cursor.at;
      std::int64_t const passed =
          std::int64_t{at[0] < first} + std::int64_t{at[1] < first} + std::int64_t{at[2] < first};
      cursor.settle(keys, cursor.at + passed, first, output);
    }
  }
}

#if SPARSECONV_X86_KERNELS
/// The same with eight steps at a time, which are one comparison of vectors.
__attribute__((target("avx512f,popcnt"))) inline void move_cursors_by_eight(
    std::uint64_t const* keys, std::uint64_t const* windows, std::int64_t begin, std::int64_t end,
    std::span<KernelRowCursor<std::uint64_t>> cursors) {
  for (std::int64_t output = begin; output < end; ++output) {
    std::uint64_t const window = windows[output];
    for (KernelRowCursor<std::uint64_t>& cursor : cursors) {
      std::uint64_t const first = window + cursor.key;
      __m512i const here = _mm512_loadu_si512(keys + cursor.at);
      __mmask8 const passed = _mm512_cmplt_epu64_mask(here, _mm512_set1_epi64(static_cast<long long>(first)));
      cursor.settle(keys, cursor.at + __builtin_popcount(passed), first, output);
    }
  }
}
#endif

/// Moves the cursors as the instruction set does fastest.
template <class Key>
void move_cursors(InstructionSet set, Key const* keys, Key const* windows, std::int64_t begin, std::int64_t end,
                  std::span<KernelRowCursor<Key>> cursors) {
#if SPARSECONV_X86_KERNELS
  if constexpr (std::is_same_v<Key, std::uint64_t>) {
    if (set == InstructionSet::avx512) return move_cursors_by_eight(keys, windows, begin, end, cursors);
  }
#endif
  static_cast<void>(set);
  move_cursors(keys, windows, begin, end, cursors);
}

}  // namespace sparseconv

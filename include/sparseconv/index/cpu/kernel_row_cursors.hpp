#pragma once

#include <cstdint>
#include <span>

#include "sparseconv/index/cpu/pair_lists.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// How far one row of the kernel has come in the sorted keys of the inputs, and where it lists its candidates: the outputs that
/// have an input within the row's reach, with the first such input.
struct KernelRowCursor {
  std::uint64_t key;    ///< from a window to the cell of the row's first element
  std::uint64_t reach;  ///< from there to the cell of its last
  std::int64_t at;
  PackedPair* candidates_end;

  /// Puts the cursor at the first input whose key is not below `first`, of which the caller says where it is at the earliest.
  void settle(std::uint64_t const* keys, std::int64_t earliest, std::uint64_t first, std::int64_t output) {
    while (keys[earliest] < first) ++earliest;
    at = earliest;
    // Written in any case, and kept if it is a candidate: no branch can foretell which is.
    *candidates_end = pack_pair(static_cast<Row>(at), static_cast<Row>(output));
    candidates_end += keys[at] - first <= reach;
  }
};

/// Moves the cursors along with the windows of outputs [begin, end). Three keys follow the last input's, larger than every
/// sought one.
///
/// The cursors take turns, so that none waits for its own last step. How far one moves follows no pattern, so a branch on it
/// would be mispredicted: three steps without one are nearly always enough.
inline void move_cursors(std::uint64_t const* keys, std::uint64_t const* windows, std::int64_t begin, std::int64_t end,
                         std::span<KernelRowCursor> cursors) {
  for (std::int64_t output = begin; output < end; ++output) {
    std::uint64_t const window = windows[output];
    for (KernelRowCursor& cursor : cursors) {
      std::uint64_t const first = window + cursor.key;
      std::uint64_t const* const at = keys + cursor.at;
      std::int64_t const passed =
          std::int64_t{at[0] < first} + std::int64_t{at[1] < first} + std::int64_t{at[2] < first};
      cursor.settle(keys, cursor.at + passed, first, output);
    }
  }
}

}  // namespace sparseconv::inline v0_1::on_cpu

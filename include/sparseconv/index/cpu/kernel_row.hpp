#pragma once

#include <cstdint>

namespace sparseconv::inline v0_1::on_cpu {

/// A row of the kernel: its elements along the last axis.
struct KernelRow {
  std::uint64_t key;       ///< from a window to the cell of the row's first element
  std::uint64_t dilation;  ///< from there to the cell of the next
  std::int64_t first_element;
  std::int64_t width;

  /// From the cell of the first element to that of the last.
  [[nodiscard]] constexpr std::uint64_t reach() const { return static_cast<std::uint64_t>(width - 1) * dilation; }
};

}  // namespace sparseconv::inline v0_1::on_cpu

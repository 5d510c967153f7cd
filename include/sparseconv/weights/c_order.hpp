#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace sparseconv::inline v0_1 {

/// Copies the numbers, of `Size` bytes each, of an array that has some: from Fortran order, in which the first axis is
/// the fastest, to C order, in which the last is.
template <std::size_t Size>
void copy_to_c_order(std::span<const std::int64_t> shape, std::byte const* from, std::byte* to) {
  std::vector<std::size_t> extents;
  std::vector<std::size_t> steps;  // from one number to the next along an axis of `from`
  std::size_t step = Size;
  for (std::int64_t const extent : shape) {
    extents.push_back(static_cast<std::size_t>(extent));
    steps.push_back(step);
    step *= extents.back();
  }
  const std::size_t last = shape.size() - 1;
  std::vector<std::size_t> place(shape.size(), 0);
  for (;;) {
    for (std::size_t i = 0; i < extents[last]; ++i, to += Size) std::memcpy(to, from + i * steps[last], Size);
    // The next place on the axes before the last.
    std::size_t axis = last;
    for (; axis > 0; --axis) {
      from += steps[axis - 1];
      if (++place[axis - 1] < extents[axis - 1]) break;
      from -= place[axis - 1] * steps[axis - 1];
      place[axis - 1] = 0;
    }
    if (axis == 0) return;
  }
}

/// The bytes of an array in C order, given those in Fortran order. `size` is that of one number: 1, 2, 4 or 8.
[[nodiscard]] inline std::vector<std::byte> to_c_order(std::span<const std::int64_t> shape, std::size_t size,
                                                       std::vector<std::byte> bytes) {
  if (shape.size() < 2 || bytes.empty()) return bytes;
  std::vector<std::byte> result(bytes.size());
  if (size == 1) copy_to_c_order<1>(shape, bytes.data(), result.data());
  if (size == 2) copy_to_c_order<2>(shape, bytes.data(), result.data());
  if (size == 4) copy_to_c_order<4>(shape, bytes.data(), result.data());
  if (size == 8) copy_to_c_order<8>(shape, bytes.data(), result.data());
  return result;
}

}  // namespace sparseconv::inline v0_1

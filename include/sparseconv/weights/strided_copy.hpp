#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace sparseconv::inline v0_1 {

/// Copies numbers of `Size` bytes each to C order. The first lies at `from`; along an axis the next is as many numbers further as
/// that axis' step says, which may be 0 or negative. No extent is 0.
template <std::size_t Size>
void copy_strided(std::span<const std::int64_t> shape, std::span<const std::int64_t> steps, std::byte const* from,
                  std::byte* to) {
  auto const at = [&](std::int64_t number) { return from + number * static_cast<std::ptrdiff_t>(Size); };
  std::vector<std::int64_t> place(shape.size(), 0);
  std::int64_t const inner = shape.empty() ? 1 : shape.back();
  std::int64_t const inner_step = shape.empty() ? 0 : steps.back();
  for (std::int64_t begin = 0;;) {
    for (std::int64_t i = 0; i < inner; ++i, to += Size) std::memcpy(to, at(begin + i * inner_step), Size);
    // The next place on the axes before the last.
    std::size_t axis = shape.empty() ? 0 : shape.size() - 1;
    for (; axis > 0; --axis) {
      begin += steps[axis - 1];
      if (++place[axis - 1] < shape[axis - 1]) break;
      begin -= place[axis - 1] * steps[axis - 1];
      place[axis - 1] = 0;
    }
    if (axis == 0) return;
  }
}

/// The same for numbers of 1, 2, 4 or 8 bytes.
inline void copy_strided(std::size_t size, std::span<const std::int64_t> shape, std::span<const std::int64_t> steps,
                         std::byte const* from, std::byte* to) {
  if (size == 1) copy_strided<1>(shape, steps, from, to);
  if (size == 2) copy_strided<2>(shape, steps, from, to);
  if (size == 4) copy_strided<4>(shape, steps, from, to);
  if (size == 8) copy_strided<8>(shape, steps, from, to);
}

}  // namespace sparseconv::inline v0_1

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sparseconv/weights/strided_copy.hpp"

namespace sparseconv::inline v0_1 {

/// The bytes of an array in C order, in which the last axis is the fastest, given those in Fortran order, in which the first is.
/// `size` is that of one number: 1, 2, 4 or 8.
[[nodiscard]] inline std::vector<std::byte> to_c_order(std::span<const std::int64_t> shape, std::size_t size,
                                                       std::vector<std::byte> bytes) {
  if (shape.size() < 2 || bytes.empty()) return bytes;
  std::vector<std::byte> result(bytes.size());
  std::vector<std::int64_t> steps;
  for (std::int64_t step = 1; std::int64_t const extent : shape) {
    steps.push_back(step);
    step *= extent;
  }
  copy_strided(size, shape, steps, bytes.data(), result.data());
  return result;
}

}  // namespace sparseconv::inline v0_1

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "sparseconv/number/bfloat16.hpp"
#include "sparseconv/number/half.hpp"
#include "sparseconv/number/little_endian.hpp"
#include "sparseconv/number/scalar_type.hpp"

namespace sparseconv::inline v0_1 {

/// Calls `visit` with a function that loads one little-endian number of `type` as it is (half and bfloat16 as a float).
template <class Visitor>
decltype(auto) with_loader(ScalarType type, Visitor&& visit) {
  switch (type) {
    case ScalarType::int8:
      return visit([](std::byte const* at) { return load_little_endian<std::int8_t>(at); });
    case ScalarType::uint8:
      return visit([](std::byte const* at) { return load_little_endian<std::uint8_t>(at); });
    case ScalarType::int16:
      return visit([](std::byte const* at) { return load_little_endian<std::int16_t>(at); });
    case ScalarType::uint16:
      return visit([](std::byte const* at) { return load_little_endian<std::uint16_t>(at); });
    case ScalarType::int32:
      return visit([](std::byte const* at) { return load_little_endian<std::int32_t>(at); });
    case ScalarType::uint32:
      return visit([](std::byte const* at) { return load_little_endian<std::uint32_t>(at); });
    case ScalarType::int64:
      return visit([](std::byte const* at) { return load_little_endian<std::int64_t>(at); });
    case ScalarType::uint64:
      return visit([](std::byte const* at) { return load_little_endian<std::uint64_t>(at); });
    case ScalarType::float16:
      return visit([](std::byte const* at) {
        return static_cast<float>(half::from_bits(load_little_endian<std::uint16_t>(at)));
      });
    case ScalarType::bf16:
      return visit([](std::byte const* at) {
        return static_cast<float>(bfloat16::from_bits(load_little_endian<std::uint16_t>(at)));
      });
    case ScalarType::float32:
      return visit([](std::byte const* at) { return load_little_endian<float>(at); });
    case ScalarType::float64:
      break;
  }
  return visit([](std::byte const* at) { return load_little_endian<double>(at); });
}

/// The same of a number in either order of its bytes.
template <class Visitor>
decltype(auto) with_loader(ScalarType type, bool is_big_endian, Visitor&& visit) {
  return with_loader(type, [&](auto load) {
    if (!is_big_endian) return visit(load);
    std::size_t const size = size_of(type);
    return visit([load, size](std::byte const* at) {
      std::array<std::byte, 8> turned{};
      std::reverse_copy(at, at + size, turned.begin());
      return load(turned.data());
    });
  });
}

}  // namespace sparseconv::inline v0_1

#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace sparseconv {

/// Puts an unsigned number together from its bytes, lowest first, on a host of any byte order.
template <std::unsigned_integral T>
[[nodiscard]] constexpr T assemble_little_endian(std::byte const* bytes) noexcept {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value = static_cast<T>(value | static_cast<T>(std::to_integer<T>(bytes[i]) << (8 * i)));
  return value;
}

/// Loads a number of type T from sizeof(T) little-endian bytes, which need no alignment.
template <class T>
requires(std::is_arithmetic_v<T> && !std::same_as<T, bool>) [[nodiscard]] T
    load_little_endian(std::byte const* bytes) noexcept {
  if constexpr (std::endian::native == std::endian::little) {
    T value;
    std::memcpy(&value, bytes, sizeof(T));
    return value;
  } else if constexpr (std::is_floating_point_v<T>) {
    using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    static_assert(sizeof(T) == sizeof(Bits));
    return std::bit_cast<T>(assemble_little_endian<Bits>(bytes));
  } else {
    return static_cast<T>(assemble_little_endian<std::make_unsigned_t<T>>(bytes));
  }
}

/// The value of an IEEE 754 half, given as its 16 bits. Exact: subnormals, infinities and the payload of a NaN are
/// kept.
[[nodiscard]] constexpr float half_to_float(std::uint16_t half) noexcept {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000u) << 16;
  const std::uint32_t exponent = (half >> 10) & 0x1fu;
  std::uint32_t mantissa = half & 0x3ffu;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7f800000u | (mantissa << 13));
  if (exponent != 0) return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (mantissa << 13));
  if (mantissa == 0) return std::bit_cast<float>(sign);
  // Subnormal: shift until the leading one stands where a float hides it.
  auto const shift = static_cast<std::uint32_t>(std::countl_zero(mantissa)) - 21;
  mantissa = (mantissa << shift) & 0x3ffu;
  return std::bit_cast<float>(sign | ((113 - shift) << 23) | (mantissa << 13));
}

}  // namespace sparseconv

#pragma once

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace sparseconv::inline v0_1 {

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
    std::memcpy(&value, bytes, sizeof(T));  // on the host
    return value;
  } else if constexpr (std::is_floating_point_v<T>) {
    using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    static_assert(sizeof(T) == sizeof(Bits));
    return std::bit_cast<T>(assemble_little_endian<Bits>(bytes));
  } else {
    return static_cast<T>(assemble_little_endian<std::make_unsigned_t<T>>(bytes));
  }
}

/// Stores a number as sizeof(T) bytes, lowest first, which need no alignment, on a host of any byte order.
template <class T>
requires(std::is_arithmetic_v<T> && !std::same_as<T, bool>) void store_little_endian(T value, std::byte* to) noexcept {
  std::memcpy(to, &value, sizeof(T));  // on the host
  if constexpr (std::endian::native != std::endian::little) std::reverse(to, to + sizeof(T));
}

}  // namespace sparseconv::inline v0_1

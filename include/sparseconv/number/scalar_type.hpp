#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sparseconv/number/bfloat16.hpp"
#include "sparseconv/number/half.hpp"

namespace sparseconv::inline v0_1 {

/// The number types that arrays and points in files and in memory are made of.
enum class ScalarType : std::uint8_t {
  int8,
  uint8,
  int16,
  uint16,
  int32,
  uint32,
  int64,
  uint64,
  float16,
  float32,
  float64,
  bf16  ///< bfloat16
};

/// Bytes of one number.
[[nodiscard]] constexpr std::size_t size_of(ScalarType type) noexcept {
  switch (type) {
    case ScalarType::int8:
    case ScalarType::uint8:
      return 1;
    case ScalarType::int16:
    case ScalarType::uint16:
    case ScalarType::float16:
    case ScalarType::bf16:
      return 2;
    case ScalarType::int32:
    case ScalarType::uint32:
    case ScalarType::float32:
      return 4;
    case ScalarType::int64:
    case ScalarType::uint64:
    case ScalarType::float64:
      break;
  }
  return 8;
}

/// The type's name, which is also NumPy's; NumPy has no bfloat16.
[[nodiscard]] constexpr std::string_view name_of(ScalarType type) noexcept {
  constexpr std::array<std::string_view, 12> names = {"int8",  "uint8",  "int16",   "uint16",  "int32",   "uint32",
                                                      "int64", "uint64", "float16", "float32", "float64", "bfloat16"};
  return names[static_cast<std::size_t>(type)];
}

/// The type that files give numbers of the C++ type T.
template <class T>
[[nodiscard]] constexpr ScalarType scalar_type_of() noexcept {
  if constexpr (std::same_as<T, half>) {
    return ScalarType::float16;
  } else if constexpr (std::same_as<T, bfloat16>) {
    return ScalarType::bf16;
  } else if constexpr (std::same_as<T, float>) {
    return ScalarType::float32;
  } else if constexpr (std::same_as<T, double>) {
    return ScalarType::float64;
  } else {
    static_assert(std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> && sizeof(T) <= 8,
                  "sparseconv reads and writes arrays of half, bfloat16, float, double and the integers of <cstdint>");
    constexpr bool is_signed = std::signed_integral<T>;
    if constexpr (sizeof(T) == 1) return is_signed ? ScalarType::int8 : ScalarType::uint8;
    if constexpr (sizeof(T) == 2) return is_signed ? ScalarType::int16 : ScalarType::uint16;
    if constexpr (sizeof(T) == 4) return is_signed ? ScalarType::int32 : ScalarType::uint32;
    return is_signed ? ScalarType::int64 : ScalarType::uint64;
  }
}

}  // namespace sparseconv::inline v0_1

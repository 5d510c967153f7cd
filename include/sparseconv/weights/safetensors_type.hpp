#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "sparseconv/number/scalar_loader.hpp"

namespace sparseconv::inline v0_1 {

/// The number types of a safetensors file that arrays have, by the names that they have there: from those that come last in a file
/// that its authors' library writes to those that come first. Wide numbers stand in front, so all are aligned.
inline constexpr std::array<std::pair<std::string_view, ScalarType>, 12> safetensors_types = {
    {{"U8", ScalarType::uint8},
     {"I8", ScalarType::int8},
     {"I16", ScalarType::int16},
     {"U16", ScalarType::uint16},
     {"F16", ScalarType::float16},
     {"BF16", ScalarType::bf16},
     {"I32", ScalarType::int32},
     {"U32", ScalarType::uint32},
     {"F32", ScalarType::float32},
     {"F64", ScalarType::float64},
     {"I64", ScalarType::int64},
     {"U64", ScalarType::uint64}}};

/// The type that has that name in a safetensors file; nothing if no array has it. A boolean is a byte.
[[nodiscard]] constexpr std::optional<ScalarType> safetensors_type_named(std::string_view name) noexcept {
  if (name == "BOOL") return ScalarType::uint8;
  for (auto const& [known, type] : safetensors_types)
    if (known == name) return type;
  return std::nullopt;
}

/// The place of a type in that list.
[[nodiscard]] constexpr std::size_t safetensors_rank(ScalarType type) noexcept {
  std::size_t rank = 0;
  while (safetensors_types[rank].second != type) ++rank;
  return rank;
}

}  // namespace sparseconv::inline v0_1

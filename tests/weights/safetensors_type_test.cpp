#include "sparseconv/weights/safetensors_type.hpp"

#include <gtest/gtest.h>

#include <string_view>
#include <utility>

namespace sparseconv::safetensors_type_test {
namespace {

TEST(SafetensorsType, HasTheNamesOfTheFormat) {
  constexpr std::pair<std::string_view, ScalarType> named[] = {
      {"F64", ScalarType::float64}, {"F32", ScalarType::float32}, {"F16", ScalarType::float16},
      {"BF16", ScalarType::bf16},   {"I64", ScalarType::int64},   {"I32", ScalarType::int32},
      {"I16", ScalarType::int16},   {"I8", ScalarType::int8},     {"U64", ScalarType::uint64},
      {"U32", ScalarType::uint32},  {"U16", ScalarType::uint16},  {"U8", ScalarType::uint8},
      {"BOOL", ScalarType::uint8}};
  for (auto const& [name, type] : named) EXPECT_EQ(safetensors_type_named(name), type) << name;
  for (std::string_view const name : {"F8_E4M3", "F8_E5M2", "C64", "f32", "", "U", "float32"})
    EXPECT_FALSE(safetensors_type_named(name)) << name;
}

TEST(SafetensorsType, RanksWideTypesHigher) {
  for (auto const& [name, type] : safetensors_types) {
    EXPECT_EQ(safetensors_types[safetensors_rank(type)].first, name);
    for (auto const& [other_name, other] : safetensors_types) {
      if (size_of(type) < size_of(other)) {
        EXPECT_LT(safetensors_rank(type), safetensors_rank(other)) << name;
      }
    }
  }
}

}  // namespace
}  // namespace sparseconv::safetensors_type_test

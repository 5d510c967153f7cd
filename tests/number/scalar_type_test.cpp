#include "sparseconv/number/scalar_type.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace sparseconv::scalar_type_test {
namespace {

TEST(ScalarType, NamesEachTypeAsNumPyDoes) {
  EXPECT_EQ(name_of(scalar_type_of<std::int8_t>()), "int8");
  EXPECT_EQ(name_of(scalar_type_of<std::uint8_t>()), "uint8");
  EXPECT_EQ(name_of(scalar_type_of<std::int16_t>()), "int16");
  EXPECT_EQ(name_of(scalar_type_of<std::uint16_t>()), "uint16");
  EXPECT_EQ(name_of(scalar_type_of<std::int32_t>()), "int32");
  EXPECT_EQ(name_of(scalar_type_of<std::uint32_t>()), "uint32");
  EXPECT_EQ(name_of(scalar_type_of<std::int64_t>()), "int64");
  EXPECT_EQ(name_of(scalar_type_of<unsigned long long>()), "uint64");
  EXPECT_EQ(name_of(scalar_type_of<half>()), "float16");
  EXPECT_EQ(name_of(scalar_type_of<float>()), "float32");
  EXPECT_EQ(name_of(scalar_type_of<double>()), "float64");
  EXPECT_EQ(name_of(scalar_type_of<bfloat16>()), "bfloat16");
}

TEST(ScalarType, HasTheSizeOfItsNumbers) {
  EXPECT_EQ(size_of(scalar_type_of<std::int8_t>()), 1U);
  EXPECT_EQ(size_of(scalar_type_of<std::uint16_t>()), 2U);
  EXPECT_EQ(size_of(scalar_type_of<half>()), 2U);
  EXPECT_EQ(size_of(scalar_type_of<bfloat16>()), 2U);
  EXPECT_EQ(size_of(scalar_type_of<std::uint32_t>()), 4U);
  EXPECT_EQ(size_of(scalar_type_of<float>()), 4U);
  EXPECT_EQ(size_of(scalar_type_of<std::int64_t>()), 8U);
  EXPECT_EQ(size_of(scalar_type_of<double>()), 8U);
}

}  // namespace
}  // namespace sparseconv::scalar_type_test

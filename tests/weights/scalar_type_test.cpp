#include "sparseconv/weights/scalar_type.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support/byte_writer.hpp"

namespace sparseconv {
namespace {

using test::ByteWriter;

float converted(ScalarType type, ByteWriter const& writer) {
  EXPECT_EQ(writer.size(), size_of(type));
  return with_loader(type, [&](auto load) { return static_cast<float>(load(writer.bytes().data())); });
}

TEST(ScalarType, LoadsEachType) {
  EXPECT_EQ(converted(ScalarType::int8, ByteWriter().numbers<std::int8_t>(-128)), -128.0f);
  EXPECT_EQ(converted(ScalarType::uint8, ByteWriter().numbers<std::uint8_t>(255)), 255.0f);
  EXPECT_EQ(converted(ScalarType::int16, ByteWriter().numbers<std::int16_t>(-32768)), -32768.0f);
  EXPECT_EQ(converted(ScalarType::uint16, ByteWriter().numbers<std::uint16_t>(65535)), 65535.0f);
  EXPECT_EQ(converted(ScalarType::int32, ByteWriter().numbers<std::int32_t>(-5)), -5.0f);
  EXPECT_EQ(converted(ScalarType::uint32, ByteWriter().numbers<std::uint32_t>(0xffffffffu)), 4294967296.0f);
  EXPECT_EQ(converted(ScalarType::int64, ByteWriter().numbers<std::int64_t>(-5)), -5.0f);
  EXPECT_EQ(converted(ScalarType::uint64, ByteWriter().numbers<std::uint64_t>(~0ull)), 18446744073709551616.0f);
  EXPECT_EQ(converted(ScalarType::float16, ByteWriter().numbers<std::uint16_t>(0xc100)), -2.5f);
  EXPECT_EQ(converted(ScalarType::float32, ByteWriter().numbers<float>(0.1f)), 0.1f);
  EXPECT_EQ(converted(ScalarType::float64, ByteWriter().numbers<double>(0.1)), 0.1f);
  EXPECT_EQ(converted(ScalarType::bf16, ByteWriter().numbers<std::uint16_t>(0xc049)), -3.140625f);
}

TEST(ScalarType, ADoubleBeyondFloatIsInfinite) {
  EXPECT_EQ(converted(ScalarType::float64, ByteWriter().numbers<double>(-1e300)),
            -std::numeric_limits<float>::infinity());
  EXPECT_EQ(converted(ScalarType::float64, ByteWriter().numbers<double>(1e-300)), 0.0f);
  EXPECT_TRUE(std::isnan(converted(ScalarType::float64, ByteWriter().numbers<double>(std::nan("")))));
}

TEST(ScalarType, RoundsIntegersThatNoFloatHolds) {
  // Up to 2^24 every integer is a float; above, the nearest, and of two the even one.
  EXPECT_EQ(converted(ScalarType::uint32, ByteWriter().numbers<std::uint32_t>(16777216)), 16777216.0f);
  EXPECT_EQ(converted(ScalarType::uint32, ByteWriter().numbers<std::uint32_t>(16777217)), 16777216.0f);
  EXPECT_EQ(converted(ScalarType::int32, ByteWriter().numbers<std::int32_t>(-16777219)), -16777220.0f);
  EXPECT_EQ(converted(ScalarType::uint64, ByteWriter().numbers<std::uint64_t>(1700000000123456789u)),
            1700000051000000000.0f);
}

}  // namespace
}  // namespace sparseconv

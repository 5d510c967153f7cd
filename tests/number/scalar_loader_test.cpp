#include "sparseconv/number/scalar_loader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "support/byte_writer.hpp"

namespace sparseconv::scalar_loader_test {
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

TEST(ScalarType, LoadsEitherOrderOfBytes) {
  auto const both = [](ScalarType type, ByteWriter const& writer) {
    std::vector<std::byte> turned(writer.bytes().begin(), writer.bytes().end());
    std::reverse(turned.begin(), turned.end());
    double const little =
        with_loader(type, false, [&](auto load) { return static_cast<double>(load(writer.bytes().data())); });
    double const big = with_loader(type, true, [&](auto load) { return static_cast<double>(load(turned.data())); });
    EXPECT_EQ(little, big);
    return big;
  };
  EXPECT_EQ(both(ScalarType::int8, ByteWriter().numbers<std::int8_t>(-3)), -3);
  EXPECT_EQ(both(ScalarType::int16, ByteWriter().numbers<std::int16_t>(-300)), -300);
  EXPECT_EQ(both(ScalarType::float16, ByteWriter().numbers<std::uint16_t>(0xc100)), -2.5);
  EXPECT_EQ(both(ScalarType::uint32, ByteWriter().numbers<std::uint32_t>(0x01020304u)), 0x01020304);
  EXPECT_EQ(both(ScalarType::float64, ByteWriter().numbers<double>(0.1)), 0.1);
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
}  // namespace sparseconv::scalar_loader_test

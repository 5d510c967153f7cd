#include "sparseconv/io/little_endian.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "byte_writer.hpp"

namespace sparseconv {
namespace {

using test::ByteWriter;

TEST(LittleEndian, AssemblesLowestByteFirst) {
  ByteWriter writer;
  writer.numbers<std::uint8_t>(0x01, 0x02, 0x03, 0x84, 0x05, 0x06, 0x07, 0x88);
  std::byte const* bytes = writer.bytes().data();
  EXPECT_EQ(assemble_little_endian<std::uint8_t>(bytes), 0x01);
  EXPECT_EQ(assemble_little_endian<std::uint16_t>(bytes), 0x0201);
  EXPECT_EQ(assemble_little_endian<std::uint32_t>(bytes), 0x84030201u);
  EXPECT_EQ(assemble_little_endian<std::uint64_t>(bytes), 0x8807060584030201u);
}

TEST(LittleEndian, LoadsUnalignedNumbers) {
  ByteWriter writer;
  writer.numbers<std::uint8_t>(7).numbers<std::int16_t>(-2).numbers<float>(1.5).numbers<double>(-0.1);
  writer.numbers<std::int64_t>(std::numeric_limits<std::int64_t>::min());
  std::byte const* bytes = writer.bytes().data();
  EXPECT_EQ(load_little_endian<std::int16_t>(bytes + 1), -2);
  EXPECT_EQ(load_little_endian<float>(bytes + 3), 1.5f);
  EXPECT_EQ(load_little_endian<double>(bytes + 7), -0.1);
  EXPECT_EQ(load_little_endian<std::int64_t>(bytes + 15), std::numeric_limits<std::int64_t>::min());
}

TEST(LittleEndian, ConvertsEveryHalf) {
  // The definition, in double: (-1)^s 2^(e - 15) (1 + m / 1024), and 2^-14 m / 1024 where e is 0.
  for (std::uint32_t half = 0; half < 65536; ++half) {
    int const exponent = static_cast<int>((half >> 10) & 31u);
    double const mantissa = (half & 1023u) / 1024.0;
    float const value = half_to_float(static_cast<std::uint16_t>(half));
    EXPECT_EQ(std::signbit(value), (half >> 15) == 1) << half;
    if (exponent == 31 && mantissa != 0) {
      EXPECT_TRUE(std::isnan(value)) << half;
    } else if (exponent == 31) {
      EXPECT_TRUE(std::isinf(value)) << half;
    } else {
      double const expected = exponent == 0 ? std::ldexp(mantissa, -14) : std::ldexp(1 + mantissa, exponent - 15);
      EXPECT_EQ(std::abs(static_cast<double>(value)), expected) << half;
    }
  }
}

static_assert(half_to_float(0x3c00) == 1.0f);

}  // namespace
}  // namespace sparseconv

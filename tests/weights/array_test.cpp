#include "sparseconv/weights/array.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "support/byte_writer.hpp"
#include "support/error_message.hpp"

namespace sparseconv::array_test {
namespace {

using test::ByteWriter;
using test::message_of;

constexpr float infinity = std::numeric_limits<float>::infinity();

template <class T>
Array row_of(std::vector<T> const& values) {
  return make_array({static_cast<std::int64_t>(values.size())}, values);
}

template <class T>
std::string failure_as(Array const& array) {
  return message_of<FormatError>([&] { return array.values_as<T>("run: a"); });
}

TEST(Array, WritesShapesAsPythonDoes) {
  EXPECT_EQ(tuple_text(std::vector<std::int64_t>{}), "()");
  EXPECT_EQ(tuple_text(std::vector<std::int64_t>{5}), "(5,)");
  EXPECT_EQ(tuple_text(std::vector<std::int64_t>{2, 0, 3}), "(2, 0, 3)");
}

TEST(Array, CountsTheBytesOfAShape) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  auto const bytes = [](std::vector<std::int64_t> const& shape) { return bytes_of_shape(ScalarType::float32, shape); };
  EXPECT_EQ(bytes({}), 4u);
  EXPECT_EQ(bytes({2, 3, 5}), 120u);
  EXPECT_EQ(bytes({most, most, 0}), 0u);
  EXPECT_EQ(bytes({most / 4}), static_cast<std::uint64_t>(most / 4 * 4));
  EXPECT_EQ(bytes({most / 4 + 1}), std::nullopt);
  // A product that wraps to 0 in 64 bits.
  EXPECT_EQ(bytes({std::int64_t{1} << 32, std::int64_t{1} << 32}), std::nullopt);
  EXPECT_EQ(bytes({-1, -1}), std::nullopt);
  EXPECT_EQ(bytes({0, -1}), std::nullopt);
}

TEST(Array, IsEmptyByDefault) {
  EXPECT_TRUE(Array().values_as<float>("run").empty());
}

TEST(Array, KeepsLittleEndianBytes) {
  const Array array = make_array({1, 2}, std::vector<std::int32_t>{1, -2});
  EXPECT_EQ(array.type, ScalarType::int32);
  EXPECT_EQ(array.shape, (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(array.bytes, ByteWriter().numbers<std::int32_t>(1, -2).bytes());
  EXPECT_EQ(make_array({}, std::array<float, 1>{1.5f}).bytes, ByteWriter().numbers<float>(1.5f).bytes());
  EXPECT_EQ(make_array({1}, std::array{half(-2.5f)}).bytes, ByteWriter().numbers<std::uint16_t>(0xc100).bytes());
  EXPECT_EQ(make_array({1}, std::array{bfloat16(-2.5f)}).bytes, ByteWriter().numbers<std::uint16_t>(0xc020).bytes());
}

TEST(Array, GivesEachTypeBackAsItWas) {
  auto const check = []<class T>(std::vector<T> const& values) {
    EXPECT_EQ(row_of(values).type, scalar_type_of<T>());
    EXPECT_EQ(row_of(values).template values_as<T>("run"), values);
  };
  check(std::vector<std::int8_t>{-128, 0, 127});
  check(std::vector<std::uint8_t>{0, 255});
  check(std::vector<std::int16_t>{-32768, 32767});
  check(std::vector<std::uint16_t>{0, 65535});
  check(std::vector<std::int32_t>{std::numeric_limits<std::int32_t>::min(), 7});
  check(std::vector<std::uint32_t>{~0u});
  check(std::vector<std::int64_t>{std::numeric_limits<std::int64_t>::min(), 7});
  check(std::vector<std::uint64_t>{~std::uint64_t{0}});
  check(std::vector<float>{0.1f, -infinity});
  check(std::vector<double>{0.1, 1e300});
  for (int bits = 0; bits < 65536; ++bits) {
    const half number = half::from_bits(static_cast<std::uint16_t>(bits));
    if (std::isnan(static_cast<float>(number))) continue;
    ASSERT_EQ(row_of(std::vector{number}).values_as<half>("run")[0].bits(), bits);
  }
}

TEST(Array, WidensIntegersAndChecksThoseThatItNarrows) {
  EXPECT_EQ(row_of(std::vector<std::uint8_t>{0, 255}).values_as<std::int32_t>("run"),
            (std::vector<std::int32_t>{0, 255}));
  EXPECT_EQ(row_of(std::vector<std::int64_t>{-2147483648, 2147483647}).values_as<std::int32_t>("run"),
            (std::vector<std::int32_t>{-2147483647 - 1, 2147483647}));
  const Array places = make_array({2, 3}, std::vector<std::int64_t>{0, 1, 2, 3, 2147483648, 5});
  EXPECT_EQ(failure_as<std::int32_t>(places),
            "run: a: the number at (1, 1) is 2147483648, which int32 does not hold; save numbers that it holds, or ask "
            "for another type");
  EXPECT_NE(failure_as<std::uint64_t>(row_of(std::vector<std::int8_t>{0, -1})).find("at (1,) is -1, which uint64"),
            std::string::npos);
  EXPECT_NE(failure_as<std::int64_t>(row_of(std::vector<std::uint64_t>{std::uint64_t{1} << 63}))
                .find("is 9223372036854775808, which int64"),
            std::string::npos);
  EXPECT_NE(failure_as<std::uint8_t>(make_array({}, std::array{256})).find("at () is 256, which uint8"),
            std::string::npos);
}

TEST(Array, RefusesRealNumbersAsIntegers) {
  for (Array const& array : {row_of(std::vector<float>{1, 2}), row_of(std::vector<float>{})})
    EXPECT_EQ(failure_as<std::int32_t>(array),
              "run: a: the array holds float32, and int32 was asked for; save a.astype('int32')");
  EXPECT_NE(failure_as<std::uint8_t>(row_of(std::vector<double>{1})).find("holds float64, and uint8"),
            std::string::npos);
  EXPECT_NE(failure_as<std::int64_t>(row_of(std::vector{half(1)})).find("holds float16, and int64"), std::string::npos);
}

TEST(Array, RoundsRealNumbersToTheNearest) {
  EXPECT_EQ(row_of(std::vector<double>{0.1, -1e300, 1e-300, 1.0 + 0x1p-24, 1.0 + 0x1.8p-23}).values_as<float>("run"),
            (std::vector<float>{0.1f, -infinity, 0.0f, 1.0f, 1.0f + 0x1p-22f}));
  EXPECT_EQ(row_of(std::vector<float>{0.1f}).values_as<double>("run"), (std::vector<double>{double{0.1f}}));
  EXPECT_EQ(row_of(std::vector{half(0.1f), half(-65504.0f)}).values_as<float>("run"),
            (std::vector<float>{0.0999755859375f, -65504.0f}));
  const std::vector<half> halves = row_of(std::vector<float>{0.1f, 65519.0f, 65520.0f}).values_as<half>("run");
  EXPECT_EQ(halves[0].bits(), 0x2e66);
  EXPECT_EQ(halves[1].bits(), 0x7bff);
  EXPECT_EQ(halves[2].bits(), 0x7c00);
  // Once, not first to float: this is above the middle of two halves by less than a float shows.
  EXPECT_EQ(row_of(std::vector<double>{1.0 + 0x1p-11 + 0x1p-40}).values_as<half>("run")[0].bits(), 0x3c01);
  EXPECT_TRUE(std::isnan(row_of(std::vector<double>{std::nan("")}).values_as<float>("run")[0]));
}

TEST(Array, TakesIntegersAsRealNumbersWhereThoseHoldThem) {
  EXPECT_EQ(row_of(std::vector<std::int32_t>{-16777216, 16777218, std::numeric_limits<std::int32_t>::min(), 0})
                .values_as<float>("run"),
            (std::vector<float>{-16777216.0f, 16777218.0f, -2147483648.0f, 0.0f}));
  EXPECT_EQ(row_of(std::vector<std::uint64_t>{std::uint64_t{1} << 63}).values_as<float>("run"),
            std::vector<float>{0x1p63f});
  EXPECT_EQ(row_of(std::vector<std::int64_t>{std::numeric_limits<std::int64_t>::min()}).values_as<double>("run"),
            std::vector<double>{-0x1p63});
  EXPECT_EQ(row_of(std::vector<std::int8_t>{-128, 127}).values_as<float>("run"), (std::vector<float>{-128, 127}));
  EXPECT_EQ(row_of(std::vector<std::int32_t>{-65504, 2048}).values_as<half>("run")[0].bits(), 0xfbff);
  EXPECT_NE(
      failure_as<float>(row_of(std::vector<std::int32_t>{0, -16777217})).find("at (1,) is -16777217, which float32 "),
      std::string::npos);
  EXPECT_NE(failure_as<double>(row_of(std::vector<std::uint64_t>{~std::uint64_t{0}})).find("which float64 "),
            std::string::npos);
  EXPECT_NE(failure_as<half>(row_of(std::vector<std::int32_t>{2049})).find("which float16 "), std::string::npos);
  EXPECT_NE(failure_as<half>(row_of(std::vector<std::int32_t>{65536})).find("which float16 "), std::string::npos);
}

TEST(Array, NamesWhatDoesNotFitTogether) {
  EXPECT_EQ(message_of<ShapeError>([] {
              return make_array({2, 3}, std::vector<float>(5));
            }),
            "make_array: the shape (2, 3) does not have the 5 places of the values; give it and them the same count");
  EXPECT_NE(message_of<ShapeError>([] {
              return make_array({-1, -5}, std::vector<float>(5));
            }).find("(-1, -5)"),
            std::string::npos);
  Array array = make_array({2, 3}, std::vector<float>(6));
  array.bytes = array.bytes.part(0, array.bytes.size() - 1);
  EXPECT_EQ(message_of<ShapeError>([&] { return array.values_as<float>("run: a"); }),
            "run: a: the shape (2, 3) of float32 takes 24 bytes, the array has 23; make_array puts one together that "
            "fits");
  array.shape = {std::int64_t{1} << 62, 4};
  EXPECT_EQ(message_of<ShapeError>([&] { return array.values_as<float>("run: a"); }),
            "run: a: no memory holds the shape (4611686018427387904, 4) of float32; check Array::shape");
}

}  // namespace
}  // namespace sparseconv::array_test

#include "sparseconv/io/record_layout.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "support/byte_writer.hpp"

namespace sparseconv::record_layout_test {
namespace {

using test::ByteWriter;

TEST(RecordLayout, ConvertsRecordsOfMoreRowsThanABlock) {
  // Records of a byte and a float, 1000 of them: the columns change places.
  ByteWriter writer;
  for (int i = 0; i < 1000; ++i) writer.numbers<std::uint8_t>(i % 256).numbers<float>(i / 2.0);
  RecordLayout const layout{.numbers = {{ScalarType::float32, false, 1}, {ScalarType::uint8, false, 0}},
                            .record_bytes = 5};
  std::vector<float> to(2000);
  copy_records(layout, writer.bytes().data(), 1000, {}, to.data());
  for (std::size_t i = 0; i < 1000; ++i) {
    EXPECT_EQ(to[2 * i], static_cast<float>(i) / 2.0f);
    EXPECT_EQ(to[2 * i + 1], static_cast<float>(i % 256));
  }
}

TEST(RecordLayout, TurnsBigEndianNumbers) {
  // 1.5 is 0x3fc00000 as a float and 0x3ff8000000000000 as a double, -2 as a half 0xc000.
  ByteWriter writer;
  writer.numbers<std::uint8_t>(0x3f, 0xc0, 0, 0, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0xff, 0xfe, 7);
  RecordLayout const layout{.numbers = {{ScalarType::float32, true, 0},
                                        {ScalarType::float64, true, 4},
                                        {ScalarType::float16, true, 12},
                                        {ScalarType::int16, true, 14},
                                        {ScalarType::uint8, true, 16}},
                            .record_bytes = 17};
  std::vector<float> to(5);
  copy_records(layout, writer.bytes().data(), 1, {}, to.data());
  EXPECT_EQ(to, (std::vector<float>{1.5, 1.5, -2, -2, 7}));
}

TEST(RecordLayout, TakesPositionsRelativeToAnOffsetBeforeTheyAreRounded) {
  ByteWriter writer;
  writer.numbers<double>(500000.05, 2, 3, 500000.05);
  RecordLayout layout;
  for (std::size_t i = 0; i < 4; ++i) layout.numbers.push_back({ScalarType::float64, false, 8 * i});
  layout.record_bytes = 32;
  std::vector<float> to(4);
  copy_records(layout, writer.bytes().data(), 1, {500000, 1, 0}, to.data());
  EXPECT_NEAR(to[0], 0.05, 1e-9);
  EXPECT_EQ(to[1], 1.0F);
  EXPECT_EQ(to[2], 3.0F);
  EXPECT_EQ(to[3], 500000.05F);  // no position
  // Whole numbers with a scale and a shift, as LAS has them.
  layout = {
      .numbers = {{ScalarType::int32, false, 0}}, .record_bytes = 4, .scale = {0.01, 1, 1}, .shift = {500000, 0, 0}};
  copy_records(layout, ByteWriter().numbers<std::int32_t>(-5).bytes().data(), 1, {499999, 0, 0}, to.data());
  EXPECT_EQ(to[0], 0.95F);
}

std::array<double, 3> chosen(std::vector<std::array<double, 3>> const& positions) {
  ByteWriter writer;
  for (auto const& [x, y, z] : positions) writer.numbers<double>(x, y, z);
  RecordLayout layout;
  for (std::size_t i = 0; i < 3; ++i) layout.numbers.push_back({ScalarType::float64, false, 8 * i});
  layout.record_bytes = 24;
  return choose_offset(layout, writer.bytes().data(), positions.size());
}

TEST(RecordLayout, ChoosesAnOffsetWhereFloatLosesDigits) {
  using Offset = std::array<double, 3>;
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(chosen({}), Offset{});
  // Near 0, or numbers that are floats.
  EXPECT_EQ(chosen({{8191.9, -8191.9, 0.1}, {500000, -16777216, 8192}}), Offset{});
  EXPECT_EQ(chosen({{8192.1, -8192.7, 0.1}}), (Offset{8192, -8193, 0}));
  // The first that counts, on each axis by itself; what is no position counts not.
  EXPECT_EQ(chosen({{0, nan, 1.1e10}, {infinity, 16777217, 1e300}, {9000.1, 5, 1e10 - 0.3}, {700000.1, 5, 5}}),
            (Offset{9000, 16777217, 1e10}));
}

TEST(RecordLayout, LeavesFloatsAsTheyAre) {
  ByteWriter writer;
  writer.numbers<float>(500000.05F, 1e9F, -3e38F);
  RecordLayout layout;
  for (std::size_t i = 0; i < 3; ++i) layout.numbers.push_back({ScalarType::float32, false, 4 * i});
  layout.record_bytes = 12;
  EXPECT_EQ(choose_offset(layout, writer.bytes().data(), 1), (std::array<double, 3>{}));
}

}  // namespace
}  // namespace sparseconv::record_layout_test

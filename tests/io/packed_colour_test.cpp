#include "sparseconv/io/packed_colour.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <string>

namespace sparseconv::packed_colour_test {
namespace {

using Parts = std::array<float, 4>;

/// The parts of `word`; -1 where nothing was written.
Parts parts_of(std::string const& word, ScalarType type, std::size_t parts = 4) {
  Parts found = {-1, -1, -1, -1};
  EXPECT_TRUE(parse_packed_colour(word, type, parts, found.data())) << word;
  return found;
}

TEST(PackedColour, IsANumberOfFourBytesCalledSo) {
  for (const ScalarType type : {ScalarType::float32, ScalarType::uint32, ScalarType::int32}) {
    EXPECT_EQ(count_colour_parts("rgb", type), 3u);
    EXPECT_EQ(count_colour_parts("rgba", type), 4u);
    EXPECT_EQ(count_colour_parts("red", type), 0u);
    EXPECT_EQ(count_colour_parts("rgb_0", type), 0u);
  }
  for (const ScalarType type : {ScalarType::uint8, ScalarType::uint16, ScalarType::float64, ScalarType::uint64})
    EXPECT_EQ(count_colour_parts("rgb", type), 0u);
}

TEST(PackedColour, KeepsAllBitsOfAnInteger) {
  // 4286611681 is 0xff8080e1; the nearest float is 0xff808100.
  EXPECT_EQ(parts_of("4286611681", ScalarType::uint32), (Parts{0x80, 0x80, 0xe1, 0xff}));
  EXPECT_EQ(parts_of("4286611681", ScalarType::int32), (Parts{0x80, 0x80, 0xe1, 0xff}));
  EXPECT_EQ(parts_of("-8355615", ScalarType::int32), (Parts{0x80, 0x80, 0xe1, 0xff}));
  EXPECT_EQ(parts_of("66051", ScalarType::uint32, 3), (Parts{1, 2, 3, -1}));
  EXPECT_EQ(parts_of("4294967295", ScalarType::uint32), (Parts{255, 255, 255, 255}));
  EXPECT_EQ(parts_of("0", ScalarType::uint32), (Parts{0, 0, 0, 0}));
}

TEST(PackedColour, TakesWholeNumbersThatAreWrittenAsReal) {
  EXPECT_EQ(parts_of("16711680.0", ScalarType::uint32), (Parts{255, 0, 0, 0}));
  EXPECT_EQ(parts_of("4.286611681e+09", ScalarType::uint32), (Parts{0x80, 0x80, 0xe1, 0xff}));
  EXPECT_EQ(parts_of("-8355615.0", ScalarType::int32), (Parts{0x80, 0x80, 0xe1, 0xff}));
}

TEST(PackedColour, ReadsTheBitsOfAFloat) {
  // 0x4a804020 is 4202512; 0x00ff8001, not a normal float, is 2.34639707e-38.
  EXPECT_EQ(parts_of("4202512", ScalarType::float32), (Parts{0x80, 0x40, 0x20, 0x4a}));
  EXPECT_EQ(parts_of("4.202512e+06", ScalarType::float32, 3), (Parts{0x80, 0x40, 0x20, -1}));
  ASSERT_EQ(std::bit_cast<std::uint32_t>(2.34639707e-38F), 0x00ff8001u);
  EXPECT_EQ(parts_of("2.34639707e-38", ScalarType::float32), (Parts{0xff, 0x80, 0x01, 0}));
  EXPECT_EQ(parts_of("1e-45", ScalarType::float32), (Parts{0, 0, 1, 0}));
}

TEST(PackedColour, IsNotKnownWhereATextSaysNan) {
  const Parts parts = parts_of("nan", ScalarType::float32, 3);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE(std::isnan(parts[i]));
  EXPECT_EQ(parts[3], -1);
}

TEST(PackedColour, RefusesWhatIsNone) {
  Parts parts{};
  for (const std::string word : {"4294967296", "-1", "1.5", "4.3e9", "1e300", "inf", "nan", "red", ""})
    EXPECT_FALSE(parse_packed_colour(word, ScalarType::uint32, 4, parts.data())) << word;
  for (const std::string word : {"4294967296", "-2147483649", "1e-3"})
    EXPECT_FALSE(parse_packed_colour(word, ScalarType::int32, 4, parts.data())) << word;
  for (const std::string word : {"red", "0xff", ""})
    EXPECT_FALSE(parse_packed_colour(word, ScalarType::float32, 4, parts.data())) << word;
}

}  // namespace
}  // namespace sparseconv::packed_colour_test

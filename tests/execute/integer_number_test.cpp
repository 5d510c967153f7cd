#include "sparseconv/execute/integer_number.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>

namespace sparseconv::integer_number_test {
namespace {

constexpr std::int64_t longest = std::numeric_limits<std::int64_t>::max();

TEST(RowOfNumber, IsThatOfEachIntegerOfTheTable) {
  for (std::int64_t const count : {1, 2, 100, 256}) {
    for (std::int64_t row = -300; row <= 300; ++row) {
      std::int64_t const expected = row >= 0 && row < count ? row : -1;
      EXPECT_EQ(row_of_number(static_cast<double>(row), count), expected);
      EXPECT_EQ(row_of_number(static_cast<float>(row), count), expected);
      EXPECT_EQ(row_of_number(half(static_cast<float>(row)), count), expected);
      EXPECT_EQ(row_of_number(row, count), expected);
      EXPECT_EQ(row_of_number(static_cast<std::int16_t>(row), count), expected);
      if (row >= 0) {
        EXPECT_EQ(row_of_number(static_cast<std::uint16_t>(row), count), expected);
      }
      // Of integers beyond 256 bfloat16 has every second one.
      if (row >= -256 && row <= 256) {
        EXPECT_EQ(row_of_number(bfloat16(static_cast<float>(row)), count), expected);
      }
    }
  }
}

TEST(RowOfNumber, IsNoneOfWhatIsNoInteger) {
  for (double const number : {0.5, 1.5, -0.5, -1e-300, 1e-300, 6.999999, 1e300, -1e300, HUGE_VAL, -HUGE_VAL}) {
    EXPECT_EQ(row_of_number(number, 8), -1) << number;
    if (static_cast<double>(static_cast<float>(number)) == number) {
      EXPECT_EQ(row_of_number(static_cast<float>(number), 8), -1) << number;
    }
  }
  EXPECT_EQ(row_of_number(std::numeric_limits<double>::quiet_NaN(), longest), -1);
  EXPECT_EQ(row_of_number(std::numeric_limits<float>::quiet_NaN(), longest), -1);
  EXPECT_EQ(row_of_number(-0.0, 1), 0);
  EXPECT_EQ(row_of_number(0.0F, 0), -1);
}

// Where a conversion would lose bits, or has no result.
TEST(RowOfNumber, IsRightAtTheEndsOfTypes) {
  EXPECT_EQ(row_of_number(std::uint64_t{1} << 63, longest), -1);
  EXPECT_EQ(row_of_number(~std::uint64_t{0}, longest), -1);
  EXPECT_EQ(row_of_number(static_cast<std::uint64_t>(longest) - 1, longest), longest - 1);
  EXPECT_EQ(row_of_number(std::numeric_limits<std::int64_t>::min(), longest), -1);
  EXPECT_EQ(row_of_number(longest, longest), -1);
  EXPECT_EQ(row_of_number(static_cast<std::int8_t>(-128), 200), -1);
  EXPECT_EQ(row_of_number(static_cast<std::uint8_t>(199), 200), 199);
  EXPECT_EQ(row_of_number(0x1p63, longest), -1);
  EXPECT_EQ(row_of_number(0x1p63F, longest), -1);
  EXPECT_EQ(row_of_number(0x1p62, longest), std::int64_t{1} << 62);
  // A count that is rounded up as a float lets no row behind the table through, and one that is rounded down keeps the last.
  EXPECT_EQ(row_of_number(0x1p24F, (std::int64_t{1} << 24) - 1), -1);
  EXPECT_EQ(row_of_number(0x1p25F, (std::int64_t{1} << 25) - 1), -1);
  EXPECT_EQ(row_of_number(0x1p25F, (std::int64_t{1} << 25) + 1), std::int64_t{1} << 25);
  EXPECT_EQ(row_of_number(0x1p54, (std::int64_t{1} << 54) - 1), -1);
  EXPECT_EQ(row_of_number(0x1p54, (std::int64_t{1} << 54) + 1), std::int64_t{1} << 54);
}

template <class T>
class MostIntegers : public ::testing::Test {};
using Elements = ::testing::Types<float, half, bfloat16>;
TYPED_TEST_SUITE(MostIntegers, Elements);

// All up to the largest are held, and the next is not.
TYPED_TEST(MostIntegers, AreHeldExactly) {
  constexpr std::int64_t count = most_integers<TypeParam>;
  std::int64_t const step = count > 100000 ? 997 : 1;
  for (std::int64_t i = 0; i < count; i += step) {
    ASSERT_EQ(static_cast<double>(TypeParam(static_cast<float>(i))), static_cast<double>(i));
  }
  EXPECT_EQ(static_cast<double>(TypeParam(static_cast<float>(count - 1))), static_cast<double>(count - 1));
  EXPECT_NE(static_cast<double>(TypeParam(static_cast<float>(count))), static_cast<double>(count));
}

TEST(MostIntegersOfDouble, Are2To53And0) {
  EXPECT_EQ(static_cast<std::int64_t>(static_cast<double>(most_integers<double> - 1)), most_integers<double> - 1);
  EXPECT_NE(static_cast<std::int64_t>(static_cast<double>(most_integers<double>)), most_integers<double>);
}

}  // namespace
}  // namespace sparseconv::integer_number_test

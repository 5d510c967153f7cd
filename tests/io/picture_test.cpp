#include "sparseconv/io/picture.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace sparseconv::picture_test {
namespace {

constexpr Colour red{255, 0, 0};
constexpr Colour blue{0, 0, 255};

template <class Expected, class Call>
std::string message_of(Call call) {
  try {
    call();
  } catch (Expected const& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(Picture, IsFilledWithOneColour) {
  const Picture picture(3, 2, blue);
  EXPECT_EQ(picture.width(), 3);
  EXPECT_EQ(picture.height(), 2);
  for (std::int64_t y = 0; y < 2; ++y) {
    for (std::int64_t x = 0; x < 3; ++x) {
      EXPECT_EQ(picture.at(x, y), blue);
    }
  }
  EXPECT_EQ(Picture(1, 1).at(0, 0), Colour{});
}

TEST(Picture, KeepsRowsFromTheTopAndPixelsFromTheLeft) {
  // . r      the rows one after another: . r . b
  // . b
  Picture picture(2, 2);
  picture.set(1, 0, red);
  picture.set(1, 1, blue);
  const std::vector<std::uint8_t> expected{0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 255};
  EXPECT_EQ(std::vector<std::uint8_t>(picture.bytes().begin(), picture.bytes().end()), expected);
}

TEST(Picture, SettingOutsideDoesNothing) {
  Picture picture(2, 2, blue);
  constexpr auto far = std::numeric_limits<std::int64_t>::max();
  picture.set(-1, 0, red);
  picture.set(0, -1, red);
  picture.set(2, 0, red);
  picture.set(0, 2, red);
  picture.set(far, far, red);
  picture.set(-far - 1, -far - 1, red);
  for (std::int64_t i = 0; i < 4; ++i) {
    EXPECT_EQ(picture.at(i % 2, i / 2), blue);
  }
}

TEST(Picture, MayBeEmpty) {
  for (Picture const& picture : {Picture(0, 0), Picture(5, 0), Picture(0, 5)}) {
    EXPECT_TRUE(picture.bytes().empty());
    EXPECT_FALSE(picture.contains(0, 0));
  }
}

TEST(Picture, ErrorsAreSentences) {
  EXPECT_EQ(message_of<ShapeError>([] { Picture(-1, 4); }), "Picture: -1 x 4 pixels; no side may be negative");
  EXPECT_EQ(message_of<ShapeError>([] { Picture(4, -2); }), "Picture: 4 x -2 pixels; no side may be negative");
  EXPECT_EQ(message_of<ShapeError>([] { Picture(4, 3).at(4, 0); }),
            "Picture::at: pixel (4, 0) is outside of 4 x 3 pixels; ask contains(x, y) first");
  EXPECT_EQ(message_of<CapacityError>([] { Picture(std::int64_t{1} << 40, std::int64_t{1} << 40); }),
            "Picture: 1099511627776 x 1099511627776 pixels are more than memory can address; use a smaller scale");
}

}  // namespace
}  // namespace sparseconv::picture_test

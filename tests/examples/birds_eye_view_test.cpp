#include "encode_scan/birds_eye_view.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace encode_scan::birds_eye_view_test {
namespace {

using drawing::height_colours;
using drawing::response_colours;

constexpr GroundWindow window{.x_min = 0, .y_min = -30, .x_max = 80, .y_max = 30, .pixels_per_metre = 2};

TEST(ScanView, PutsXToTheRightAndYUp) {
  // (40.2, 25.2) lies 40.2 m right of the left edge and 4.8 m below the top: column 80, row 9.
  const sparseconv::Picture picture = scan_view({.columns = 3, .values = {40.2f, 25.2f, 3}}, window, 0);
  EXPECT_EQ(picture.width(), 160);
  EXPECT_EQ(picture.height(), 120);
  EXPECT_EQ(picture.at(80, 9), height_colours(1));
  EXPECT_EQ(picture.at(79, 9), background);
  EXPECT_EQ(picture.at(80, 8), background);
}

TEST(ScanView, TakesTheOffsetOfThePoints) {
  const sparseconv::PointCloud points{.columns = 3, .values = {0.2f, -4.8f, 1}, .offset = {40, 30, 2}};
  EXPECT_EQ(scan_view(points, window, 0).at(80, 9), height_colours(1));
}

TEST(ScanView, ShowsTheHighestPoint) {
  const sparseconv::PointCloud points{.columns = 3, .values = {40, 0, 0, 40, 0, 3, 40, 0, 1}};
  EXPECT_EQ(scan_view(points, window, 0).at(80, 59), height_colours(1));
}

TEST(ScanView, ShowsThePointsInTheirColours) {
  auto const seen = [](std::vector<std::string> const& names, std::vector<float> const& values) {
    return scan_view({.columns = 6, .values = values, .names = names}, window, 0).at(80, 59);
  };
  EXPECT_EQ(seen({"x", "y", "z", "red", "green", "blue"}, {40, 0, 1, 255, 7, 9}), (sparseconv::Colour{255, 7, 9}));
  EXPECT_EQ(seen({"x", "y", "z", "B", "G", "R"}, {40, 0, 1, 9, 7, 255}), (sparseconv::Colour{255, 7, 9}));
  EXPECT_EQ(seen({"x", "y", "z", "Red", "Green", "Blue"}, {40, 0, 1, 1, 0.5F, 0}), (sparseconv::Colour{255, 127, 0}));
  EXPECT_EQ(
      seen({"x", "y", "z", "red", "green", "blue"}, {40, 0, 1, 65535, 0, std::numeric_limits<float>::quiet_NaN()}),
      (sparseconv::Colour{255, 0, 0}));
  EXPECT_EQ(seen({"x", "y", "z", "red", "green", "i"}, {40, 0, 3, 255, 7, 9}), height_colours(1));
}

TEST(ScanView, LeavesOutWhatIsOutsideOrNotANumber) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  constexpr float far = std::numeric_limits<float>::max();
  const sparseconv::PointCloud points{.columns = 3, .values = {nan,  0, 0, 0, nan, 0, 40, 0, nan, far, 0,  0,
                                                               -far, 0, 0, 0, far, 0, 80, 0, 0,   40,  30, 0}};
  EXPECT_TRUE(std::ranges::equal(scan_view(points, window).bytes(), scan_view({}, window).bytes()));
}

TEST(ResponseView, LiesOverTheScan) {
  // 10 m cells: row 5, column 4 covers x 40 to 50, y 20 to 30, so pixels 80 to 99 of the rows 0 to 19.
  std::vector<float> responses(6 * 8, 0.0f);
  responses[5 * 8 + 4] = 2;
  const sparseconv::Picture picture = response_view(responses, 6, 8, 10, 10, window);
  EXPECT_EQ(picture.at(80, 19), response_colours(1));
  EXPECT_EQ(picture.at(99, 0), response_colours(1));
  EXPECT_EQ(picture.at(79, 10), background);
  EXPECT_EQ(picture.at(100, 10), background);
  EXPECT_EQ(picture.at(90, 20), background);
}

TEST(ResponseView, MayBeEmptySmallerOrNegative) {
  auto const empty = response_view({}, 0, 0, 1, 1, window);
  EXPECT_EQ(empty.at(150, 5), background);
  const std::vector<float> some{-1, std::numeric_limits<float>::quiet_NaN(), 0, 0};
  EXPECT_TRUE(std::ranges::equal(response_view(some, 2, 2, 10, 10, window).bytes(), empty.bytes()));
}

TEST(ResponseView, SaysWhatDoesNotFit) {
  try {
    response_view(std::vector<float>(5), 2, 3, 1, 2, window);
    FAIL();
  } catch (sparseconv::ShapeError const& error) {
    EXPECT_STREQ(error.what(),
                 "response_view: 5 responses for 2 x 3 cells of 1.000000 x 2.000000 m; each cell takes one, and has a "
                 "size above 0");
  }
}

}  // namespace
}  // namespace encode_scan::birds_eye_view_test

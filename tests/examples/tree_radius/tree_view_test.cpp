#include "tree_radius/tree_view.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace tree_radius::tree_view_test {
namespace {

constexpr TreeWindow window{.pixels_per_metre = 10, .half_width = 2, .top = 3};

TEST(SideView, PutsXToTheRightAndYUp) {
  std::vector<float> const position{1, 2, 0};  // column 30 of 41, 20 above the lowest of 31 rows
  auto const picture = side_view({position.data(), 1, 3}, std::vector<float>{0.1F}, 0.1, window);
  EXPECT_EQ(picture.width(), 41);
  EXPECT_EQ(picture.height(), 31);
  EXPECT_EQ(picture.at(30, 10), radius_colour(double{0.1F}));
  EXPECT_EQ(picture.at(29, 10), drawing::background);
  EXPECT_EQ(picture.at(31, 10), drawing::background);
  EXPECT_EQ(picture.at(30, 9), drawing::background);
}

TEST(SideView, ShowsTheNearest) {
  std::vector<float> const positions{0, 1, 0.5F, 0, 1, 1.5F, 0, 1, 1};
  auto const picture = side_view({positions.data(), 3, 3}, std::vector<float>{0.01F, 0.02F, 0.03F}, 0.1, window);
  EXPECT_EQ(picture.at(20, 20), radius_colour(double{0.02F}));
}

TEST(RadiusColour, GoesByTheLogarithm) {
  EXPECT_EQ(radius_colour(0.005), drawing::height_colours(0));
  EXPECT_EQ(radius_colour(0.2), drawing::height_colours(1));
  EXPECT_EQ(radius_colour(1), drawing::height_colours(1));
  EXPECT_EQ(radius_colour(0.0316227766), drawing::height_colours(0.5));  // the geometric mean
}

TEST(WindowAbout, HoldsAllPositions) {
  std::vector<float> const positions{-1, 0, 0, 0.5F, 4, 0};
  TreeWindow const tall = window_about({positions.data(), 2, 3}, 400);
  EXPECT_EQ(tall.width(), 201);
  EXPECT_EQ(tall.height(), 401);
  std::vector<float> const flat{-8, 0, 0, 0.5F, 4, 0};
  TreeWindow const wide = window_about({flat.data(), 2, 3}, 400);
  EXPECT_EQ(wide.width(), 801);
  EXPECT_EQ(wide.height(), 201);
}

TEST(WithLegend, KeepsThePictureAndAddsABar) {
  sparseconv::Picture const picture(500, 20, {1, 2, 3});
  auto const whole = with_legend(picture);
  EXPECT_EQ(whole.width(), 500);
  EXPECT_EQ(whole.height(), 80);
  EXPECT_EQ(whole.at(499, 19), (sparseconv::Colour{1, 2, 3}));
  // The bar is 420 pixels long, from column 20 on; 5 mm to 200 mm are a factor of 40.
  EXPECT_EQ(whole.at(21, 40), radius_colour(0.005 * std::pow(40, 1.0 / 419)));
  EXPECT_EQ(whole.at(300, 40), radius_colour(0.005 * std::pow(40, 280.0 / 419)));
  EXPECT_EQ(whole.at(440, 40), drawing::background);
}

}  // namespace
}  // namespace tree_radius::tree_view_test

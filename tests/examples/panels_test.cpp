#include "drawing/panels.hpp"

#include <gtest/gtest.h>

namespace drawing::panels_test {
namespace {

TEST(SideBySide, KeepsBoth) {
  const sparseconv::Colour red{255, 0, 0};
  const sparseconv::Colour blue{0, 0, 255};
  auto const both = side_by_side(sparseconv::Picture(3, 2, red), sparseconv::Picture(4, 5, blue));
  EXPECT_EQ(both.width(), 13);
  EXPECT_EQ(both.height(), 5);
  EXPECT_EQ(both.at(2, 1), red);
  EXPECT_EQ(both.at(3, 1), ink);
  EXPECT_EQ(both.at(2, 2), ink);
  EXPECT_EQ(both.at(9, 4), blue);
}

}  // namespace
}  // namespace drawing::panels_test

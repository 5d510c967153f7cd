#include "sparseconv/tensor/grid.hpp"

#include <gtest/gtest.h>

#include "support/error_message.hpp"

namespace sparseconv::grid_test {
namespace {

using test::message_of;

TEST(Grid, ContainsItsCells) {
  Grid<2> const grid{.shape = {2, 3}, .batch_size = 2};
  EXPECT_TRUE(grid.contains({0, {0, 0}}));
  EXPECT_TRUE(grid.contains({1, {1, 2}}));
  EXPECT_FALSE(grid.contains({0, {2, 0}}));
  EXPECT_FALSE(grid.contains({0, {0, 3}}));
  EXPECT_FALSE(grid.contains({0, {-1, 0}}));
  EXPECT_FALSE(grid.contains({2, {0, 0}}));
  EXPECT_FALSE(grid.contains({-1, {0, 0}}));
}

TEST(Grid, WithoutShapeContainsEveryPosition) {
  Grid<2> const grid{.shape = {}, .batch_size = 1};
  EXPECT_TRUE(grid.contains({0, {-2147483647 - 1, 2147483647}}));
  EXPECT_FALSE(grid.contains({1, {0, 0}}));
}

TEST(Grid, TellsShapesApart) {
  EXPECT_EQ((Shape<2>{2, 3}), Shape<2>(PerAxis<2>{2, 3}));
  EXPECT_NE((Shape<2>{2, 3}), (Shape<2>{3, 2}));
  EXPECT_NE(Shape<2>(PerAxis<2>(0)), Shape<2>());
  EXPECT_EQ(to_string(Shape<2>{2, 3}), "2 x 3");
  EXPECT_EQ(to_string(Shape<2>()), "unbounded");
}

TEST(Grid, AllowsAnEmptyBatchAndNoEmptyExtent) {
  EXPECT_NO_THROW(check_grid(Grid<2>{.shape = {1, 1}, .batch_size = 0}, "call"));
  EXPECT_NO_THROW(check_grid(Grid<2>{}, "call"));
  EXPECT_EQ(message_of<ShapeError>([] {
              check_grid(Grid<2>{.shape = {4, 0}}, "call");
            }),
            "call: the grid's shape is 4 x 0; every extent must be at least 1");
  EXPECT_EQ(message_of<ShapeError>([] {
              check_grid(Grid<2>{.shape = {-1, 4}}, "call");
            }),
            "call: the grid's shape is -1 x 4; every extent must be at least 1");
  EXPECT_EQ(message_of<ShapeError>([] { check_grid(Grid<2>{.shape = {}, .batch_size = -1}, "call"); }),
            "call: the grid's batch_size is -1; it cannot be negative");
}

TEST(Grid, NamesASiteOutside) {
  Grid<2> const grid{.shape = {2, 3}, .batch_size = 1};
  EXPECT_NO_THROW(check_inside(grid, {0, {1, 2}}, "call"));
  EXPECT_EQ(message_of<CoordinateError>([&] {
              check_inside(grid, {0, {1, 3}}, "call");
            }),
            "call: site (batch 0; 1, 3) is outside the grid (shape 2 x 3, batch_size 1); enlarge the shape, leave it "
            "out for an unbounded grid, or drop the site");
  EXPECT_EQ(message_of<CoordinateError>([&] {
              check_inside(grid, {1, {0, 0}}, "call");
            }),
            "call: site (batch 1; 0, 0) is outside the grid (shape 2 x 3, batch_size 1); batch indices start at 0; "
            "enlarge batch_size or correct the index");
}

}  // namespace
}  // namespace sparseconv::grid_test

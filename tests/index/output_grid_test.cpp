#include "sparseconv/index/output_grid.hpp"

#include <gtest/gtest.h>

#include "support/error_message.hpp"

namespace sparseconv::output_grid_test {
namespace {

using test::message_of;

constexpr auto regular = OutputDefinition::regular;
constexpr auto submanifold = OutputDefinition::submanifold;
constexpr auto floor_sites = OutputDefinition::floor;

Grid<2> output(Shape<2> const& shape, KernelGeometry<2> const& geometry, OutputDefinition definition) {
  return output_grid(Grid<2>{.shape = shape, .batch_size = 3}, geometry, definition, "call");
}

TEST(OutputGrid, FollowsTheFormulaByHand) {
  // y: floor((5 + 0 - 2*(2-1) - 1) / 1) + 1 = 3;  x: floor((5 + 2 - 1*(3-1) - 1) / 2) + 1 = 3
  KernelGeometry<2> const geometry{.kernel_size = {2, 3}, .stride = {1, 2}, .padding = {0, 1}, .dilation = {2, 1}};
  EXPECT_EQ(output({5, 5}, geometry, regular), (Grid<2>{.shape = {3, 3}, .batch_size = 3}));
  EXPECT_EQ(output({5, 5}, {.kernel_size = 3}, regular).shape, (Shape<2>{3, 3}));
  EXPECT_EQ(output({5, 4}, {.kernel_size = 2, .stride = 2}, regular).shape, (Shape<2>{2, 2})) << "drops the last slice";
}

TEST(OutputGrid, HasAsManyCellsAsWindowsFit) {
  for (int n = 1; n <= 9; ++n) {
    for (int k = 1; k <= 4; ++k) {
      for (int s = 1; s <= 3; ++s) {
        for (int p = 0; p <= 2; ++p) {
          for (int d = 1; d <= 3; ++d) {
            int windows = 0;  // that start on the stride and end within the padded array
            for (int start = -p; start + d * (k - 1) < n + p; start += s) ++windows;
            KernelGeometry<1> const geometry{.kernel_size = k, .stride = s, .padding = p, .dilation = d};
            Grid<1> const grid{.shape = Shape<1>(n)};
            if (windows == 0) {
              EXPECT_THROW(output_grid(grid, geometry, regular, "call"), ShapeError);
            } else {
              EXPECT_EQ(output_grid(grid, geometry, regular, "call").shape[0], windows) << to_string(grid.shape);
            }
          }
        }
      }
    }
  }
}

TEST(OutputGrid, OfSubmanifoldIsTheInputsOrShifted) {
  KernelGeometry<2> geometry{.kernel_size = {4, 3}, .dilation = {1, 2}};
  EXPECT_EQ(output({7, 8}, geometry, submanifold).shape, (Shape<2>{4, 4}));
  geometry.padding = geometry.same_padding();
  EXPECT_EQ(output({7, 8}, geometry, submanifold).shape, (Shape<2>{7, 8})) << "also with an even kernel";
  geometry.padding = {5, 5};
  EXPECT_EQ(output({7, 8}, geometry, submanifold).shape, (Shape<2>{14, 14}));
}

TEST(OutputGrid, OfFloorRoundsUp) {
  KernelGeometry<2> const geometry{.kernel_size = 9, .stride = {2, 3}};
  EXPECT_EQ(output({5, 9}, geometry, floor_sites).shape, (Shape<2>{3, 3}));
  EXPECT_EQ(output({1, 10}, geometry, floor_sites).shape, (Shape<2>{1, 4}));
}

TEST(OutputGrid, StaysUnbounded) {
  for (auto const definition : {regular, floor_sites}) {
    EXPECT_EQ(output({}, {.kernel_size = 3, .stride = 2}, definition), (Grid<2>{.shape = {}, .batch_size = 3}));
  }
}

TEST(OutputGridErrors, NameTheAxisAndBothLengths) {
  EXPECT_EQ(message_of<ShapeError>([] {
              return output({5, 4}, {.kernel_size = 3, .dilation = {1, 3}}, regular);
            }),
            "call: no output is left along axis 1: the kernel spans 7 cells, the grid with its padding 4; use a "
            "smaller kernel or dilation, or more padding");
  EXPECT_EQ(message_of<ShapeError>([] {
              return output({5, 5}, {.kernel_size = 3, .stride = {1, 2}}, submanifold);
            }),
            "call: a submanifold convolution has stride 1, not 1 x 2; use the regular or floor definition");
  EXPECT_EQ(message_of<ShapeError>([] {
              return output({5, 5}, {.kernel_size = 0}, regular);
            }),
            "call: kernel_size is 0 x 0; every extent must be at least 1");
  EXPECT_EQ(message_of<CapacityError>([] {
              return output({5, 2147483647}, {.padding = {0, 1}}, regular);
            }),
            "call: an output extent of 2147483649 along axis 1; coordinates are 32 bits wide, so use less padding");
}

}  // namespace
}  // namespace sparseconv::output_grid_test

#include "sparseconv/index/whole_axis_geometry.hpp"

#include <gtest/gtest.h>

#include "sparseconv/index/output_grid.hpp"
#include "support/error_message.hpp"

namespace sparseconv::whole_axis_geometry_test {
namespace {

using test::message_of;

TEST(WholeAxisGeometry, CoversTheAxisAlone) {
  Grid<3> const grid{.shape = {7, 1, 9}, .batch_size = 2};
  KernelGeometry<3> const across = whole_axis_geometry(grid, 2, "test");
  EXPECT_EQ(across, (KernelGeometry<3>{.kernel_size = {1, 1, 9}, .stride = {1, 1, 9}}));
  auto const outputs = [&](int axis) {
    return output_grid(grid, whole_axis_geometry(grid, axis, "test"), OutputDefinition::regular, "test");
  };
  EXPECT_EQ(outputs(0), (Grid<3>{.shape = {1, 1, 9}, .batch_size = 2}));
  EXPECT_EQ(outputs(1), grid);
  EXPECT_EQ(outputs(2), (Grid<3>{.shape = {7, 1, 1}, .batch_size = 2}));
}

TEST(WholeAxisGeometry, NeedsTheAxisAndItsExtent) {
  Grid<2> const grid{.shape = {7, 9}};
  EXPECT_EQ(message_of<ShapeError>([&] { return whole_axis_geometry(grid, 2, "call").element_count(); }),
            "call: axis is 2, and the sites have 2; axes count from 0, the slowest first");
  EXPECT_EQ(message_of<ShapeError>([&] { return whole_axis_geometry(grid, -1, "call").element_count(); }),
            "call: axis is -1, and the sites have 2; axes count from 0, the slowest first");
  EXPECT_EQ(message_of<ShapeError>([&] { return whole_axis_geometry(Grid<2>{}, 0, "call").element_count(); }),
            "call: the grid has no extents, so no kernel covers an axis of it; give the grid a shape");
  Grid<2> const long_grid{.shape = {7, (1 << 20) + 1}};
  EXPECT_EQ(whole_axis_geometry(long_grid, 0, "call").element_count(), 7);
  EXPECT_EQ(message_of<CapacityError>([&] { return whole_axis_geometry(long_grid, 1, "call").element_count(); }),
            "call: the grid has 1048577 cells along axis 1, and a kernel covers up to 2^20; use pooling by windows "
            "first, or global pooling");
}

}  // namespace
}  // namespace sparseconv::whole_axis_geometry_test

#include "sparseconv/points/device_point_cloud.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "support/emulated_gpu.hpp"
#include "support/point_clouds.hpp"

namespace sparseconv {
namespace {

TEST(DevicePointCloud, HoldsTheValuesOfACloud) {
  test::EmulatedGpu const where;
  PointCloud const cloud = test::points_in_a_row({{7, 1}, {2, 2}, {4, 3}});
  auto const there = copy_to(where, cloud);
  EXPECT_EQ(there.size(), 3);
  EXPECT_EQ(there.view().rows, 3);
  EXPECT_EQ(there.view().columns, 4);
  EXPECT_EQ(there.view().data, there.values.data());
  Buffer<float> const here = copy_to_host(where, there.values);
  EXPECT_EQ(std::vector<float>(here.begin(), here.end()), cloud.values);
}

TEST(DevicePointCloud, MayBeEmpty) {
  test::EmulatedGpu const where;
  auto const none = copy_to(where, PointCloud{.columns = 5});
  EXPECT_EQ(none.size(), 0);
  EXPECT_EQ(none.view().columns, 5);
  EXPECT_EQ(DevicePointCloud<test::EmulatedMemory>{.columns = 0}.size(), 0);
}

}  // namespace
}  // namespace sparseconv

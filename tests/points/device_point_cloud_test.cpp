#include "sparseconv/points/device_point_cloud.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "support/emulated_gpu.hpp"
#include "support/error_message.hpp"
#include "support/point_clouds.hpp"

namespace sparseconv::device_point_cloud_test {
namespace {

using test::message_of;

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

TEST(DevicePointCloud, LosesNoNumberThatMakesNoWholePoint) {
  test::EmulatedGpu const where;
  EXPECT_EQ(
      message_of<ShapeError>([&] {
        return copy_to(where, PointCloud{.columns = 3, .values = {1, 2, 3, 4, 5, 6, 7}});
      }),
      "copy_to: the cloud's 7 numbers do not make rows of 3 columns, 1 left over; correct `columns`, or give every "
      "point all its numbers");
  auto there = copy_to(where, PointCloud{.columns = 4, .values = {1, 2, 3, 4, 5, 6, 7, 8}});
  there.columns = 3;
  EXPECT_EQ(message_of<ShapeError>([&] { return there.view(); }).find("DevicePointCloud::view: the cloud's 8 numbers"),
            0u);
  EXPECT_EQ(message_of<ShapeError>([&] { return there.size(); }).find("DevicePointCloud::size: the cloud's 8 numbers"),
            0u);
  there.columns = 0;
  EXPECT_EQ(
      message_of<ShapeError>([&] { return there.view(); }),
      "DevicePointCloud::view: the cloud has 8 numbers in 0 columns; set `columns` to how many numbers a point has");
}

}  // namespace
}  // namespace sparseconv::device_point_cloud_test

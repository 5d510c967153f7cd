#include "sparseconv/points/point_cloud.hpp"

#include <gtest/gtest.h>

#include "support/error_message.hpp"

namespace sparseconv {
namespace {

using test::message_of;

TEST(PointCloud, IsEmptyAtFirst) {
  const PointCloud cloud;
  EXPECT_EQ(cloud.size(), 0);
  EXPECT_TRUE(cloud.empty());
  EXPECT_EQ(cloud.columns, 3);
}

TEST(PointCloud, HasNoPointsWithoutColumns) {
  EXPECT_EQ((PointCloud{.columns = 0, .values = {1, 2}}.size()), 0);
}

TEST(PointCloud, RowsAreConsecutiveValues) {
  PointCloud cloud{.columns = 4, .values = {1, 2, 3, 4, 5, 6, 7, 8}};
  EXPECT_EQ(cloud.size(), 2);
  EXPECT_FALSE(cloud.empty());
  PointCloud const& constant = cloud;
  EXPECT_EQ(constant.row(1).size(), 4u);
  EXPECT_EQ(constant.row(1)[0], 5.0f);
  cloud.row(0)[3] = 9.0f;
  EXPECT_EQ(cloud.values[3], 9.0f);
}

TEST(PointCloud, FindsColumnsByName) {
  const PointCloud cloud{.columns = 4, .names = {"x", "y", "z", "intensity"}};
  EXPECT_EQ(cloud.column("x"), 0);
  EXPECT_EQ(cloud.column("intensity"), 3);
  EXPECT_EQ(message_of<ShapeError>([&] { return cloud.column("ring"); }),
            "PointCloud::column: no column is called \"ring\"; there are x, y, z, intensity");
  EXPECT_EQ(message_of<ShapeError>([&] { return PointCloud().column("x"); }),
            "PointCloud::column: no column is called \"x\"; this cloud has no column names");
}

}  // namespace
}  // namespace sparseconv

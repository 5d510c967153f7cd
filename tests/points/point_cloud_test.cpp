#include "sparseconv/points/point_cloud.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "support/error_message.hpp"
#include "support/hostile_name.hpp"

namespace sparseconv::point_cloud_test {
namespace {

using test::message_of;

TEST(PointCloud, IsEmptyAtFirst) {
  const PointCloud cloud;
  EXPECT_EQ(cloud.size(), 0);
  EXPECT_TRUE(cloud.empty());
  EXPECT_EQ(cloud.columns, 3);
}

TEST(PointCloud, LosesNoNumberThatMakesNoWholePoint) {
  const PointCloud ragged{.columns = 3, .values = {1, 2, 3, 4, 5, 6, 7}};
  const std::string reason =
      ": the cloud's 7 numbers do not make rows of 3 columns, 1 left over; correct `columns`, or give every point all "
      "its numbers";
  EXPECT_EQ(message_of<ShapeError>([&] { return ragged.size(); }), "PointCloud::size" + reason);
  EXPECT_EQ(message_of<ShapeError>([&] { return ragged.view(); }), "PointCloud::view" + reason);
  EXPECT_FALSE(ragged.empty());
  // Too few for one point are not none.
  const PointCloud short_of_one{.columns = 3, .values = {1, 2}};
  EXPECT_FALSE(short_of_one.empty());
  EXPECT_NE(message_of<ShapeError>([&] { return short_of_one.size(); }).find("2 numbers"), std::string::npos);
}

TEST(PointCloud, NumbersNeedColumns) {
  for (const std::int64_t columns : {0, -1}) {
    const PointCloud cloud{.columns = columns, .values = {1, 2}};
    EXPECT_EQ(message_of<ShapeError>([&] { return cloud.view(); }),
              "PointCloud::view: the cloud has 2 numbers in " + std::to_string(columns) +
                  " columns; set `columns` to how many numbers a point has");
    EXPECT_EQ((PointCloud{.columns = columns}.size()), 0);
  }
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

TEST(PointCloud, NamesOfAFileAreShownAsTheyCanBePrinted) {
  PointCloud cloud{.columns = 4, .names = {"x", "y", "z", test::hostile_name}};
  test::expect_shown(message_of<ShapeError>([&] { return cloud.column("ring"); }));
  cloud.names = std::vector<std::string>(30000, "a");
  cloud.columns = 30000;
  EXPECT_LT(message_of<ShapeError>([&] { return cloud.column("ring"); }).size(), 1100u);
}

TEST(PointCloud, NamesMustBeOneAColumn) {
  const PointCloud cloud{.columns = 3, .names = {"x", "y", "z", "ring"}};
  EXPECT_EQ(message_of<ShapeError>([&] { return cloud.column("ring"); }),
            "PointCloud::column: the cloud has 4 names for 3 columns; give each column one, or none at all");
}

// 5'412'345.5 - 5'412'000 + 0.25 is 345.75; other columns stay.
TEST(PointCloud, CanBeRelativeToAnotherOffset) {
  PointCloud const cloud{.columns = 4, .values = {1, 0.25F, -2, 9, 3, -1, 4, 8}, .offset = {10, 5'412'345.5, 0}};
  PointCloud const moved = with_offset(cloud, {8, 5'412'000, 1});
  EXPECT_EQ(moved.values, (std::vector<float>{3, 345.75F, -3, 9, 5, 344.5F, 3, 8}));
  EXPECT_EQ(moved.offset, (std::array<double, 3>{8, 5'412'000, 1}));
  EXPECT_EQ(with_offset(moved, cloud.offset).values, cloud.values);
  EXPECT_EQ(with_offset(PointCloud{.columns = 0}, {1, 2, 3}).offset[2], 3);
  EXPECT_EQ(message_of<ShapeError>([] {
              return with_offset(PointCloud{.columns = 2, .values = {1, 2}}, {});
            }),
            "with_offset: the cloud has 2 columns; it needs x, y and z at least");
}

}  // namespace
}  // namespace sparseconv::point_cloud_test

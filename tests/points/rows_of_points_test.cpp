#include "sparseconv/points/rows_of_points.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "sparseconv/points/voxelize_batch.hpp"
#include "sparseconv/points/voxelizer.hpp"
#include "support/at_policy.hpp"
#include "support/emulated_gpu.hpp"
#include "support/error_message.hpp"
#include "support/point_clouds.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::rows_of_points_test {
namespace {

using test::fine_grid;
using test::message_of;
using test::points_in_a_row;
using test::row_of_ten;

template <class Policy>
void expect_rows_of_voxelize(Policy const& where) {
  PointCloud cloud = test::random_cloud(9'001);
  cloud.offset = {0.25, 0, -0.125};
  VoxelizedPoints<> const expected = voxelize(seq, cloud, fine_grid, {}, {.item = 1, .batch_size = 3});
  auto const sites = test::there(where, expected.tensor.sites());
  auto const rows = test::here(where, rows_of_points(where, sites, test::there(where, cloud), fine_grid, 1));
  EXPECT_TRUE(std::ranges::equal(rows, expected.row_of_point));
  auto const none = test::here(where, rows_of_points(where, sites, test::there(where, cloud), fine_grid, 2));
  EXPECT_EQ(std::ranges::count(none, no_row), cloud.size()) << "another batch item";
}

TEST(RowsOfPoints, AreThoseOfVoxelize) {
  test::for_each_host_policy([](auto const& where) { expect_rows_of_voxelize(where); });
  expect_rows_of_voxelize(test::EmulatedGpu{});
}

// Voxels 2 and 7 are there. Points 3 and 5 are in the grid, but in no voxel of them; 12 is outside, the last is nowhere.
TEST(RowsOfPoints, OfPointsInNoVoxelAreNone) {
  auto const voxels = voxelize(seq, points_in_a_row({{7, 1}, {2, 2}}), row_of_ten);
  PointCloud const others =
      points_in_a_row({{2.5F, 0}, {3, 0}, {7, 0}, {5, 0}, {12, 0}, {std::numeric_limits<float>::quiet_NaN(), 0}});
  test::for_each_host_policy([&](auto const& where) {
    Buffer<Row> const rows = rows_of_points(where, voxels.tensor.sites(), others, row_of_ten);
    EXPECT_EQ(std::vector<Row>(rows.begin(), rows.end()), (std::vector<Row>{0, -1, 1, -1, -1, -1}));
  });
}

// So few that `cpu` looks for each of them alone.
TEST(RowsOfPoints, OfFewPointsAmongManyVoxelsAreTheSame) {
  PointCloud const cloud = test::random_cloud(9'001);
  VoxelizedPoints<> const voxels = voxelize(cpu, cloud, fine_grid);
  std::int64_t const few = 60;
  ASSERT_GT(voxels.tensor.size(), 16 * few);
  MatrixView<float const> const points{cloud.values.data(), few, cloud.columns};
  test::for_each_host_policy([&](auto const& where) {
    Buffer<Row> const rows = rows_of_points(where, voxels.tensor.sites(), points, fine_grid);
    EXPECT_TRUE(std::equal(rows.begin(), rows.end(), voxels.row_of_point.begin()));
    EXPECT_EQ(rows_of_points(where, voxels.tensor.sites(), PointCloud{}, fine_grid).size(), 0);
  });
}

// voxelize puts no point into the extra slices on top, whatever sites are there: neither does the way back.
TEST(RowsOfPoints, OfPointsInExtraSlicesAreNone) {
  VoxelGrid grid = row_of_ten;
  grid.extra_slices = 1;
  SiteSet<3> const sites = test::sites_of<3>({.shape = {2, 1, 10}}, {{0, {0, 0, 2}}, {0, {1, 0, 2}}});
  PointCloud const cloud{.columns = 3, .values = {2.5F, 0.5F, 0.5F, 2.5F, 0.5F, 1.5F}};
  auto const expect_first = [&](auto const& where) {
    Buffer<Row> const rows =
        test::here(where, rows_of_points(where, test::there(where, sites), test::there(where, cloud), grid));
    EXPECT_EQ(std::vector<Row>(rows.begin(), rows.end()), (std::vector<Row>{0, no_row}));
  };
  test::for_each_host_policy(expect_first);
  expect_first(test::EmulatedGpu{});
}

// A cloud by pieces: each block of a second pass gets the means of its voxels.
TEST(RowsOfPoints, BringFeaturesBackBlockByBlock) {
  std::vector<PointCloud> const blocks{points_in_a_row({{7, 1}, {2, 4}}), points_in_a_row({{7, 3}, {11, 9}})};
  Voxelizer voxelizer(row_of_ten);
  for (PointCloud const& block : blocks) voxelizer.add(cpu, block);
  SparseTensor<float, 3> const tensor = voxelizer.tensor(cpu);
  std::vector<float> means;
  for (PointCloud const& block : blocks) {
    Buffer<Row> const rows = rows_of_points(cpu, tensor.sites(), block, row_of_ten);
    Buffer<float> const features = features_to_points(cpu, tensor, std::span<Row const>(rows));
    for (std::int64_t i = 0; i < block.size(); ++i) means.push_back(features[4 * i + 3]);
  }
  EXPECT_EQ(means, (std::vector<float>{2, 4, 2, 0}));
}

TEST(RowsOfPoints, TakesPointsInAnyArrangement) {
  PointCloud const cloud = test::random_cloud(2'000);
  StridedPoints const points{.bytes = std::as_bytes(std::span(cloud.values)),
                             .fields = {{"x", 0}, {"y", 4}, {"z", 8}},
                             .width = 2'000,
                             .point_step = 20};
  VoxelizedPoints<> const voxels = voxelize(cpu, cloud, fine_grid);
  EXPECT_TRUE(std::ranges::equal(rows_of_points(cpu, voxels.tensor.sites(), points, fine_grid), voxels.row_of_point));
}

TEST(RowsOfPoints, SaysWhatDoesNotFit) {
  PointCloud const cloud = points_in_a_row({{7, 1}});
  auto const sites = voxelize(seq, cloud, row_of_ten).tensor.sites();
  EXPECT_EQ(
      message_of<ShapeError>([&] { return rows_of_points(seq, sites, cloud, fine_grid).size(); }),
      "rows_of_points: the sites lie on the shape 1 x 1 x 10, the grid has 10 x 16 x 30 voxels; give the grid that "
      "the sites were made with");
  EXPECT_EQ(message_of<CoordinateError>([&] { return rows_of_points(seq, sites, cloud, row_of_ten, 1).size(); }),
            "rows_of_points: batch item 1 of a batch of 1; items are numbered from 0 to batch_size - 1");
  EXPECT_EQ(
      message_of<ShapeError>([&] { return rows_of_points(seq, sites, PointCloud{.columns = 2}, row_of_ten).size(); }),
      "rows_of_points: the cloud has 2 columns; it needs x, y and z at least");
}

}  // namespace
}  // namespace sparseconv::rows_of_points_test

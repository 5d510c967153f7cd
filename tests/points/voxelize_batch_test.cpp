#include "sparseconv/points/voxelize_batch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "support/at_policy.hpp"
#include "support/emulated_gpu.hpp"
#include "support/error_message.hpp"
#include "support/layer_sums.hpp"
#include "support/point_clouds.hpp"
#include "support/policies.hpp"

namespace sparseconv::voxelize_batch_test {
namespace {

using test::fine_grid;
using test::message_of;
using test::row_of_ten;

/// Three clouds, one of them without points, each with an offset of its own.
std::vector<PointCloud> three_clouds() {
  std::vector<PointCloud> clouds{test::random_cloud(5'003), {.columns = 5}, test::random_cloud(4'801)};
  clouds[0].offset = {0.125, 0, -0.25};
  clouds[2].offset = {0, 0.0625, 0};
  std::reverse(clouds[2].values.begin(), clouds[2].values.end());
  return clouds;
}

/// What a cloud alone gives, moved to a batch item and behind so many rows, is what the batch has of it.
void expect_item(VoxelizedBatch<> const& batch, std::int32_t item, std::int64_t row, VoxelizedPoints<> const& alone) {
  ASSERT_LE(row + alone.tensor.size(), batch.tensor.size());
  for (std::int64_t i = 0; i < alone.tensor.size(); ++i) {
    Coordinate<3> site = alone.tensor.sites().coordinates()[static_cast<std::size_t>(i)];
    site.batch = item;
    ASSERT_EQ(batch.tensor.sites().coordinates()[static_cast<std::size_t>(row + i)], site);
  }
  std::int64_t const columns = alone.tensor.channels();
  auto const numbers = batch.tensor.features().values().subspan(
      static_cast<std::size_t>(row * columns), static_cast<std::size_t>(alone.tensor.size() * columns));
  EXPECT_TRUE(test::same_bits_or_nan<float>(numbers, alone.tensor.features().values()));
  VoxelizedItem<> const& of = batch.items[static_cast<std::size_t>(item)];
  ASSERT_EQ(of.row_of_point.size(), alone.row_of_point.size());
  for (std::int64_t i = 0; i < of.row_of_point.size(); ++i) {
    Row const expected = alone.row_of_point[i] == no_row ? no_row : static_cast<Row>(alone.row_of_point[i] + row);
    ASSERT_EQ(of.row_of_point[i], expected);
  }
  EXPECT_EQ(of.dropped.total(), alone.dropped.total());
  EXPECT_EQ(of.dropped.not_finite, alone.dropped.not_finite);
  EXPECT_EQ(of.dropped.over_voxels, alone.dropped.over_voxels);
  EXPECT_EQ(of.offset, alone.offset);
}

void expect_batch(VoxelizedBatch<> const& batch, std::vector<PointCloud> const& clouds, VoxelLimits const& limits) {
  std::int64_t row = 0;
  ASSERT_EQ(batch.items.size(), clouds.size());
  EXPECT_EQ(batch.tensor.grid().batch_size, static_cast<std::int32_t>(clouds.size()));
  for (std::size_t b = 0; b < clouds.size(); ++b) {
    VoxelizedPoints<> const alone = voxelize(seq, clouds[b], fine_grid, limits);
    expect_item(batch, static_cast<std::int32_t>(b), row, alone);
    row += alone.tensor.size();
  }
  EXPECT_EQ(batch.tensor.size(), row);
}

TEST(VoxelizeBatch, HasTheBitsOfEachCloudAlone) {
  std::vector<PointCloud> const clouds = three_clouds();
  for (VoxelLimits const limits : {VoxelLimits{}, VoxelLimits{.points_per_voxel = 2, .voxels = 900}}) {
    test::for_each_host_policy(
        [&](auto const& where) { expect_batch(voxelize(where, clouds, fine_grid, limits), clouds, limits); });
  }
}

TEST(VoxelizeBatch, OnADeviceIsThatOfTheHost) {
  test::EmulatedGpu const where;
  std::vector<PointCloud> const clouds = three_clouds();
  std::vector<DevicePointCloud<test::EmulatedMemory>> there;
  for (PointCloud const& cloud : clouds) there.push_back(copy_to(where, cloud));
  auto const batch = voxelize(where, there, fine_grid);
  VoxelizedBatch<> here{copy_to_host(where, batch.tensor), {}};
  for (auto const& item : batch.items) {
    here.items.push_back({copy_to_host(where, item.row_of_point), item.dropped, item.offset});
  }
  expect_batch(here, clouds, {});
}

// The way back: each cloud's points get the means of their own voxels.
TEST(VoxelizeBatch, FeaturesComeBackToThePointsOfEachCloud) {
  std::vector<PointCloud> const clouds{test::points_in_a_row({{7, 1}, {12, 9}}),
                                       test::points_in_a_row({{7, 5}, {2, 4}, {7, 7}})};
  VoxelizedBatch<> const batch = voxelize(seq, clouds, row_of_ten);
  auto const back = [&](std::size_t item) {
    Buffer<float> const numbers =
        features_to_points(seq, batch.tensor, std::span<Row const>(batch.items[item].row_of_point));
    return std::vector<float>(numbers.begin(), numbers.end());
  };
  EXPECT_EQ(back(0), (std::vector<float>{7, 0.5F, 0.5F, 1, 0, 0, 0, 0}));
  EXPECT_EQ(back(1), (std::vector<float>{7, 0.5F, 0.5F, 6, 2, 0.5F, 0.5F, 4, 7, 0.5F, 0.5F, 6}));
}

TEST(VoxelizeBatch, OfNoCloudHasNoItems) {
  VoxelizedBatch<> const none = voxelize(cpu, std::vector<PointCloud>{}, row_of_ten);
  EXPECT_EQ(none.tensor.grid(), (Grid<3>{.shape = {1, 1, 10}, .batch_size = 0}));
  EXPECT_EQ(none.tensor.size(), 0);
  EXPECT_TRUE(none.items.empty());
}

TEST(VoxelizeBatch, SaysWhatDoesNotFit) {
  std::vector<PointCloud> const clouds{{.columns = 4}, {.columns = 4}, {.columns = 5}};
  EXPECT_EQ(message_of<ShapeError>([&] { return voxelize(seq, clouds, row_of_ten).items.size(); }),
            "voxelize: cloud 2 has 5 columns, cloud 0 has 4; give all clouds of a batch the same columns");
}

// One cloud at a time into an item of a batch: the same sites, but for the item.
template <class Policy>
void expect_item_of_choice(Policy const& where) {
  PointCloud const cloud = test::random_cloud(3'001);
  VoxelizedPoints<> const alone = voxelize(seq, cloud, fine_grid);
  auto const placed = voxelize(where, test::there(where, cloud), fine_grid, {}, {.item = 5, .batch_size = 7});
  SparseTensor<float, 3> const tensor = test::here(where, placed.tensor);
  EXPECT_EQ(tensor.grid(), (Grid<3>{alone.tensor.grid().shape, 7}));
  ASSERT_EQ(tensor.size(), alone.tensor.size());
  for (std::int64_t i = 0; i < tensor.size(); ++i) {
    Coordinate<3> site = alone.tensor.sites().coordinates()[static_cast<std::size_t>(i)];
    site.batch = 5;
    ASSERT_EQ(tensor.sites().coordinates()[static_cast<std::size_t>(i)], site);
  }
  SiteSet<3> const looked_at(tensor.grid(), Buffer<Coordinate<3>>(tensor.sites().coordinates()));
  EXPECT_EQ(tensor.sites().bounding_box().low, looked_at.bounding_box().low);
  EXPECT_EQ(tensor.sites().bounding_box().high, looked_at.bounding_box().high);
  EXPECT_TRUE(test::same_bits_or_nan<float>(tensor.features().values(), alone.tensor.features().values()));
  EXPECT_EQ(message_of<CoordinateError>(
                [&] { return voxelize(where, test::there(where, cloud), fine_grid, {}, {.item = 1}).dropped.total(); }),
            "voxelize: batch item 1 of a batch of 1; items are numbered from 0 to batch_size - 1");
}

TEST(VoxelizeBatch, PutsOneCloudIntoAnItemOfChoice) {
  test::for_each_host_policy([](auto const& where) { expect_item_of_choice(where); });
  expect_item_of_choice(test::EmulatedGpu{});
}

}  // namespace
}  // namespace sparseconv::voxelize_batch_test

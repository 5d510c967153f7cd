// Voxels of a device policy are those of `seq`, bit for bit.
#include "sparseconv/points/voxelize.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

#include "sparseconv/points/rows_of_points.hpp"
#include "sparseconv/points/voxelize_batch.hpp"
#include "support/device_policies.hpp"
#include "support/error_message.hpp"
#include "support/feature_view.hpp"
#include "support/point_clouds.hpp"
#include "support/same_index.hpp"

namespace sparseconv::device_voxelize_test {
namespace {

using test::fine_grid;
using test::message_of;
using test::points_in_a_row;
using test::random_cloud;
using test::row_of_ten;

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

template <class Numbers>
auto listed(Numbers const& numbers) {
  return std::vector(numbers.begin(), numbers.end());
}

/// On the device as on the host: sites, features, rows of the points, counts. Returns the host's.
template <class Policy>
VoxelizedPoints<> expect_same_voxels(Policy const& where, PointCloud const& cloud, VoxelGrid const& grid,
                                     VoxelLimits const& limits = {}) {
  VoxelizedPoints<> expected = voxelize(seq, cloud, grid, limits);
  auto const voxels = voxelize(where, copy_to(where, cloud), grid, limits);
  SparseTensor<float, 3> const tensor = copy_to_host(where, voxels.tensor);
  EXPECT_EQ(tensor.grid(), expected.tensor.grid());
  EXPECT_TRUE(test::same_sites(tensor.sites(), expected.tensor.sites()));
  EXPECT_EQ(tensor.channels(), expected.tensor.channels());
  EXPECT_EQ(listed(tensor.features().values()), listed(expected.tensor.features().values()));
  EXPECT_EQ(listed(copy_to_host(where, voxels.row_of_point)), listed(expected.row_of_point));
  EXPECT_EQ(voxels.dropped.not_finite, expected.dropped.not_finite);
  EXPECT_EQ(voxels.dropped.out_of_range, expected.dropped.out_of_range);
  EXPECT_EQ(voxels.dropped.over_voxels, expected.dropped.over_voxels);
  EXPECT_EQ(voxels.dropped.over_points_per_voxel, expected.dropped.over_points_per_voxel);
  return expected;
}

template <class Where>
class DeviceVoxelize : public test::DeviceTest<Where> {};
TYPED_TEST_SUITE(DeviceVoxelize, test::DevicePolicies);

TYPED_TEST(DeviceVoxelize, IsThatOfTheHost) {
  auto const& where = TypeParam::policy();
  PointCloud const cloud = random_cloud(10'007);
  VoxelizedPoints<> const all = expect_same_voxels(where, cloud, fine_grid);
  EXPECT_GT(all.dropped.not_finite, 0);
  EXPECT_GT(all.dropped.out_of_range, 0);
  EXPECT_GT(all.dropped.total(), 64) << "more than a body looks at";
  VoxelizedPoints<> const few = expect_same_voxels(where, cloud, fine_grid, {.points_per_voxel = 2, .voxels = 700});
  EXPECT_GT(few.dropped.over_voxels, 0);
  EXPECT_GT(few.dropped.over_points_per_voxel, 0);
  expect_same_voxels(where, cloud, fine_grid, {.voxels = 1});
  expect_same_voxels(where, cloud, fine_grid, {.points_per_voxel = 1});
}

// Voxels 7 and 2 are reached first, of each the first point stays; what falls to both limits counts with its voxel.
TYPED_TEST(DeviceVoxelize, KeepsWhatComesFirst) {
  PointCloud const cloud = points_in_a_row(
      {{-1, 0}, {7, 1}, {2, 2}, {4, 3}, {not_a_number, 0}, {4, 4}, {7, 5}, {7, 6}, {12, 0}, {4, 7}, {2, 8}});
  auto const& where = TypeParam::policy();
  auto const voxels = voxelize(where, copy_to(where, cloud), row_of_ten, {.points_per_voxel = 1, .voxels = 2});
  EXPECT_EQ(listed(test::feature_view(copy_to_host(where, voxels.tensor)).values()),
            (std::vector<float>{2, 0.5F, 0.5F, 2, 7, 0.5F, 0.5F, 1}));
  EXPECT_EQ(listed(copy_to_host(where, voxels.row_of_point)),
            (std::vector<Row>{-1, 1, 0, -1, -1, -1, -1, -1, -1, -1, -1}));
  EXPECT_EQ(voxels.dropped.out_of_range, 2);
  EXPECT_EQ(voxels.dropped.not_finite, 1);
  EXPECT_EQ(voxels.dropped.over_voxels, 3);
  EXPECT_EQ(voxels.dropped.over_points_per_voxel, 3);
}

TYPED_TEST(DeviceVoxelize, OfNoPointsOrNoneInsideIsEmpty) {
  auto const& where = TypeParam::policy();
  expect_same_voxels(where, PointCloud{.columns = 5}, fine_grid);
  expect_same_voxels(where, points_in_a_row({{-1, 0}, {11, 0}, {infinity, 0}}), row_of_ten, {.voxels = 1});
  expect_same_voxels(where, points_in_a_row({{3, 0}, {5, 1}, {3, 2}}), row_of_ten);
}

// 2^31 - 1 cells along x and 2^30 along the others: 91 bits a key. And quotients that float32 rounds up.
TYPED_TEST(DeviceVoxelize, TakesLongGridsAndDividesInFloat32) {
  auto const& where = TypeParam::policy();
  VoxelGrid const long_grid{
      .voxel_size = {1, 1, 1}, .low = {0, -1e9F, 0}, .high = {2'147'483'520, 73'741'824, 1'073'741'824}};
  VoxelizedPoints<> const far = expect_same_voxels(
      where,
      PointCloud{.columns = 3,
                 .values = {2'147'483'392, -1e9F, 0, 5, 5, 1e9F, 5, 5, 1e9F, 2'147'483'520, 0, 0, 0, 7e7F, 3}},
      long_grid);
  EXPECT_EQ(far.tensor.size(), 3);
  VoxelGrid const rounded{.voxel_size = {0.1F, 0.1F, 1}, .low = {0, -40, 0}, .high = {1, 40, 1}};
  VoxelizedPoints<> const one =
      expect_same_voxels(where, PointCloud{.columns = 3, .values = {0.7F, -0.1F, 0}}, rounded);
  EXPECT_EQ(one.tensor.sites().coordinates()[0], (Coordinate<3>{0, {0, 399, 7}}));
}

TYPED_TEST(DeviceVoxelize, TakesTheOffsetOfACloud) {
  PointCloud cloud = random_cloud(2'003);
  cloud.offset = {0.3, -0.2, 1e-3};
  auto const& where = TypeParam::policy();
  VoxelizedPoints<> const expected = expect_same_voxels(where, cloud, fine_grid);
  EXPECT_NE(expected.dropped.out_of_range, voxelize(seq, cloud.view(), fine_grid).dropped.out_of_range);
  EXPECT_EQ(voxelize(where, copy_to(where, cloud), fine_grid).offset, cloud.offset);
}

// Into an item of choice, several as one batch, and the rows of the points again.
TYPED_TEST(DeviceVoxelize, MakesBatchesAsTheHost) {
  auto const& where = TypeParam::policy();
  std::vector<PointCloud> const clouds{random_cloud(2'003), {.columns = 5}, random_cloud(1'501)};
  using Memory = typename std::remove_cvref_t<decltype(where)>::Memory;
  std::vector<DevicePointCloud<Memory>> there;
  for (PointCloud const& cloud : clouds) there.push_back(copy_to(where, cloud));
  auto const expect_same = [&](SparseTensor<float, 3> const& tensor, SparseTensor<float, 3> const& expected) {
    EXPECT_TRUE(test::same_sites(tensor.sites(), expected.sites()));
    EXPECT_EQ(listed(tensor.features().values()), listed(expected.features().values()));
  };
  VoxelizedBatch<> const expected = voxelize(seq, clouds, fine_grid);
  auto const batch = voxelize(where, there, fine_grid);
  expect_same(copy_to_host(where, batch.tensor), expected.tensor);
  for (std::size_t b = 0; b < clouds.size(); ++b) {
    EXPECT_EQ(listed(copy_to_host(where, batch.items[b].row_of_point)), listed(expected.items[b].row_of_point));
    auto const rows = rows_of_points(where, batch.tensor.sites(), there[b], fine_grid, static_cast<std::int32_t>(b));
    EXPECT_EQ(listed(copy_to_host(where, rows)), listed(expected.items[b].row_of_point));
  }
  BatchItem const place{.item = 3, .batch_size = 9};
  auto const placed = voxelize(where, there[0], fine_grid, {}, place);
  expect_same(copy_to_host(where, placed.tensor), voxelize(seq, clouds[0], fine_grid, {}, place).tensor);
}

TYPED_TEST(DeviceVoxelize, WaitsTwiceAndTwiceMoreWhereLimitsDrop) {
  auto const& where = TypeParam::policy();
  auto const cloud = copy_to(where, random_cloud(500));
  test::expect_waits(where, 2, [&] { (void)voxelize(where, cloud, fine_grid); });
  test::expect_waits(where, 2, [&] { (void)voxelize(where, cloud, fine_grid, {.points_per_voxel = 500}); });
  test::expect_waits(where, 3, [&] { (void)voxelize(where, cloud, fine_grid, {.points_per_voxel = 90}); });
  test::expect_waits(where, 4, [&] { (void)voxelize(where, cloud, fine_grid, {.voxels = 3}); });
}

TYPED_TEST(DeviceVoxelize, TakesPointsThatLieThere) {
  auto const& where = TypeParam::policy();
  PointCloud const cloud = points_in_a_row({{7, 1}, {2, 2}, {7, 3}});
  auto values = copy_to(where, std::span<float const>(cloud.values));
  using Memory = typename std::remove_cvref_t<decltype(where)>::Memory;
  auto const all = voxelize(where, MatrixView<float, Memory>{values.data(), 3, 4}, row_of_ten);
  EXPECT_EQ(listed(copy_to_host(where, all.row_of_point)), (std::vector<Row>{1, 0, 1}));
  auto const two = voxelize(where, MatrixView<float const, Memory>{values.data(), 2, 4}, row_of_ten);
  EXPECT_EQ(listed(copy_to_host(where, two.row_of_point)), (std::vector<Row>{1, 0}));
}

TYPED_TEST(DeviceVoxelize, SaysWhatIsWrong) {
  auto const& where = TypeParam::policy();
  auto const flat = copy_to(where, PointCloud{.columns = 2, .values = {1, 2}});
  EXPECT_EQ(message_of<ShapeError>([&] { (void)voxelize(where, flat, row_of_ten); }),
            "voxelize: the cloud has 2 columns; it needs x, y and z at least");
  EXPECT_EQ(message_of<ShapeError>([&] { (void)voxelize(where, flat, row_of_ten, {.voxels = 0}); }),
            "voxelize: limits of 9223372036854775807 points a voxel and 0 voxels; both must be at least 1");
}

}  // namespace
}  // namespace sparseconv::device_voxelize_test

#include "sparseconv/points/voxelizer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "support/error_message.hpp"
#include "support/feature_view.hpp"
#include "support/layer_sums.hpp"
#include "support/point_clouds.hpp"
#include "support/policies.hpp"
#include "support/random_numbers.hpp"

namespace sparseconv::voxelizer_test {
namespace {

using test::fine_grid;
using test::message_of;
using test::points_in_a_row;
using test::random_cloud;
using test::row_of_ten;

/// Rows [begin, end) of a cloud.
MatrixView<float const> block_of(PointCloud const& cloud, std::int64_t begin, std::int64_t end) {
  return {cloud.values.data() + begin * cloud.columns, end - begin, cloud.columns};
}

void expect_same(Voxelizer const& voxelizer, SparseTensor<float, 3> const& tensor, VoxelizedPoints<> const& expected) {
  EXPECT_EQ(voxelizer.voxels(), expected.tensor.size());
  EXPECT_EQ(voxelizer.points(), expected.row_of_point.size());
  EXPECT_EQ(voxelizer.dropped().not_finite, expected.dropped.not_finite);
  EXPECT_EQ(voxelizer.dropped().out_of_range, expected.dropped.out_of_range);
  EXPECT_EQ(voxelizer.dropped().over_voxels, expected.dropped.over_voxels);
  EXPECT_EQ(voxelizer.dropped().over_points_per_voxel, expected.dropped.over_points_per_voxel);
  EXPECT_EQ(tensor.grid(), expected.tensor.grid());
  EXPECT_TRUE(std::ranges::equal(tensor.sites().coordinates(), expected.tensor.sites().coordinates()));
  EXPECT_TRUE(test::same_bits_or_nan<float>(tensor.features().values(), expected.tensor.features().values()));
  EXPECT_EQ(voxelizer.offset(), expected.offset);
}

template <class Where>
class VoxelizerOn : public ::testing::Test {};
TYPED_TEST_SUITE(VoxelizerOn, test::Policies);

// However a cloud is cut, its voxels have the bits of the whole, with limits and without.
TYPED_TEST(VoxelizerOn, HasTheBitsOfAllPointsAtOnce) {
  PointCloud cloud = random_cloud(20'011);
  cloud.offset = {0.125, -0.25, 0};
  test::RandomNumbers random(9);
  std::int64_t blocks = 0;
  for (VoxelLimits const limits :
       {VoxelLimits{}, VoxelLimits{.points_per_voxel = 3}, VoxelLimits{.voxels = 700},
        VoxelLimits{.points_per_voxel = 2, .voxels = 2'000}, VoxelLimits{.points_per_voxel = 1, .voxels = 1}}) {
    VoxelizedPoints<> const expected = voxelize(seq, cloud, fine_grid, limits, {.item = 2, .batch_size = 3});
    for (std::int64_t const longest : {7'000, 900, 40'000}) {
      Voxelizer voxelizer(fine_grid, limits, {.item = 2, .batch_size = 3});
      for (std::int64_t begin = 0; begin < cloud.size(); ++blocks) {
        std::int64_t const end = std::min(cloud.size(), begin + random.between(0, longest));
        voxelizer.add(TypeParam::policy(), block_of(cloud, begin, end), cloud.offset);
        begin = end;
      }
      expect_same(voxelizer, voxelizer.tensor(TypeParam::policy()), expected);
    }
  }
  EXPECT_GT(blocks, 100);
}

// Voxels 7 7 2 | 7 4 2 | 9: of each the first two points stay, and the first three voxels.
TYPED_TEST(VoxelizerOn, AddsBlocksByHand) {
  auto const& where = TypeParam::policy();
  Voxelizer voxelizer(row_of_ten, {.points_per_voxel = 2, .voxels = 3});
  voxelizer.add(where, points_in_a_row({{7, 1}, {7, 3}, {2, 10}}));
  EXPECT_EQ(voxelizer.voxels(), 2);
  EXPECT_EQ(voxelizer.tensor(where).size(), 2) << "what there is so far";
  voxelizer.add(where, points_in_a_row({{7, 100}, {4, 20}, {2, 30}, {11, 0}}));
  voxelizer.add(where, points_in_a_row({{9, 50}}));
  EXPECT_EQ(voxelizer.points(), 8);
  EXPECT_EQ(voxelizer.dropped().over_points_per_voxel, 1);
  EXPECT_EQ(voxelizer.dropped().over_voxels, 1);
  EXPECT_EQ(voxelizer.dropped().out_of_range, 1);
  SparseTensor<float, 3> const tensor = voxelizer.tensor(where);
  std::vector<float> values;
  for (std::int64_t row = 0; row < tensor.size(); ++row) values.push_back(tensor.features()(row, 3));
  EXPECT_EQ(values, (std::vector<float>{20, 20, 2}));
  EXPECT_EQ(tensor.sites().coordinates()[2], (Coordinate<3>{0, {0, 0, 7}}));
}

TYPED_TEST(VoxelizerOn, KeepsWhatIsNoFiniteNumberAndMinusZero) {
  PointCloud const cloud = points_in_a_row({{1, -0.F}, {2, std::nanf("")}, {2, 1}, {3, 1e30F}, {3, -1e30F}, {3, 1}});
  Voxelizer voxelizer(row_of_ten);
  for (std::int64_t i = 0; i < cloud.size(); ++i) voxelizer.add(TypeParam::policy(), block_of(cloud, i, i + 1));
  expect_same(voxelizer, voxelizer.tensor(TypeParam::policy()), voxelize(seq, cloud, row_of_ten));
  EXPECT_TRUE(std::signbit(test::feature_view(voxelizer.tensor(TypeParam::policy()))(0, 3)));
}

// Every voxel is reached again and again: what is held does not grow.
TYPED_TEST(VoxelizerOn, HoldsVoxelsAndNotPoints) {
  PointCloud const cloud = random_cloud(2'000);
  Voxelizer voxelizer(fine_grid);
  voxelizer.add(TypeParam::policy(), cloud);
  std::int64_t const bytes = voxelizer.bytes();
  EXPECT_LE(bytes, voxelizer.voxels() * (8 * 5 + 28));
  for (int i = 0; i < 50; ++i) voxelizer.add(TypeParam::policy(), cloud);
  EXPECT_EQ(voxelizer.bytes(), bytes);
  EXPECT_EQ(voxelizer.points(), 51 * 2'000);
}

TYPED_TEST(VoxelizerOn, TakesPointsInAnyArrangement) {
  PointCloud const cloud = random_cloud(3'000);
  std::int64_t const half = 1'500;
  Voxelizer voxelizer(fine_grid);
  voxelizer.add(TypeParam::policy(), block_of(cloud, 0, half));
  voxelizer.add(
      TypeParam::policy(),
      StridedPoints{.bytes = std::as_bytes(std::span(cloud.values)).subspan(static_cast<std::size_t>(half * 20)),
                    .fields = {{"x", 0}, {"y", 4}, {"z", 8}, {"a", 12}, {"b", 16}},
                    .width = half,
                    .point_step = 20});
  expect_same(voxelizer, voxelizer.tensor(TypeParam::policy()), voxelize(seq, cloud, fine_grid));
}

TEST(Voxelizer, OfNoBlockHasNoVoxels) {
  Voxelizer const none(row_of_ten);
  EXPECT_EQ(none.tensor(cpu).size(), 0);
  EXPECT_EQ(none.tensor(cpu).grid().shape, (Shape<3>{1, 1, 10}));
  Voxelizer empty(row_of_ten);
  empty.add(cpu, PointCloud{.columns = 6});
  EXPECT_EQ(empty.tensor(cpu).channels(), 6);
}

TEST(Voxelizer, IsAsNewWhereItWasMovedFrom) {
  PointCloud const cloud = points_in_a_row({{7, 1}, {2, 10}});
  Voxelizer first(row_of_ten);
  first.add(cpu, cloud);
  Voxelizer second = std::move(first);
  EXPECT_EQ(second.voxels(), 2);
  EXPECT_EQ(first.voxels(), 0);  // NOLINT: that is the question
  EXPECT_EQ(first.points(), 0);
  first.add(cpu, PointCloud{.columns = 3, .values = {1, 0.5F, 0.5F}});
  EXPECT_EQ(first.tensor(cpu).channels(), 3);
  Voxelizer const copy = second;
  second.add(cpu, cloud);
  EXPECT_EQ(copy.points(), 2);
  EXPECT_EQ(second.points(), 4);
}

TEST(Voxelizer, SaysWhatDoesNotFitAndStaysAsItWas) {
  EXPECT_EQ(message_of<ShapeError>([] { return Voxelizer(row_of_ten, {.voxels = 0}).voxels(); }),
            "Voxelizer: limits of 9223372036854775807 points a voxel and 0 voxels; both must be at least 1");
  EXPECT_EQ(message_of<CoordinateError>([] { return Voxelizer(row_of_ten, {}, {.item = 3}).voxels(); }),
            "Voxelizer: batch item 3 of a batch of 1; items are numbered from 0 to batch_size - 1");
  EXPECT_EQ(message_of<ShapeError>([] { return Voxelizer(VoxelGrid{}).voxels(); }).find("voxelize: along x the range"),
            0U);
  PointCloud const cloud = points_in_a_row({{7, 1}, {2, 10}});
  Voxelizer voxelizer(row_of_ten);
  voxelizer.add(cpu, cloud);
  auto const message = [&](PointCloud const& block) {
    return message_of<ShapeError>([&] {
      voxelizer.add(cpu, block);
      return 0;
    });
  };
  EXPECT_EQ(message({.columns = 5}),
            "Voxelizer::add: the block has 5 columns, the first one had 4; give all blocks the same columns");
  EXPECT_EQ(message({.columns = 2}), "Voxelizer::add: the cloud has 2 columns; it needs x, y and z at least");
  PointCloud moved = cloud;
  moved.offset[1] = 0.5;
  EXPECT_EQ(message(moved),
            "Voxelizer::add: the block's offset along y is 0.5, the first one's was 0; give all blocks one offset, see "
            "with_offset");
  expect_same(voxelizer, voxelizer.tensor(cpu), voxelize(seq, cloud, row_of_ten));
  voxelizer.add(cpu, with_offset(moved, {}));
  EXPECT_EQ(voxelizer.points(), 4);
}

}  // namespace
}  // namespace sparseconv::voxelizer_test

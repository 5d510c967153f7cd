#include "sparseconv/points/voxelize.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "sparseconv/index/build_rulebook.hpp"
#include "sparseconv/index/output_sites.hpp"
#include "sparseconv/io/npz.hpp"
#include "sparseconv/io/records.hpp"
#include "support/error_message.hpp"
#include "support/feature_view.hpp"
#include "support/point_clouds.hpp"
#include "support/policies.hpp"
#include "support/shared_data.hpp"

namespace sparseconv::voxelize_test {
namespace {

using test::fine_grid;
using test::message_of;
using test::points_in_a_row;
using test::random_cloud;
using test::row_of_ten;

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

/// 3 x 3 x 2 voxels along x, y, z.
constexpr VoxelGrid small_grid{.voxel_size = {1, 2, 0.5F}, .low = {0, -2, 1}, .high = {3, 4, 2}};

std::vector<Coordinate<3>> sites_of(VoxelizedPoints<> const& voxels) {
  auto const sites = voxels.tensor.sites().coordinates();
  return {sites.begin(), sites.end()};
}

std::vector<float> features_of(VoxelizedPoints<> const& voxels) {
  auto const values = voxels.tensor.features().values();
  return {values.begin(), values.end()};
}

std::vector<Row> rows_of(VoxelizedPoints<> const& voxels) {
  return {voxels.row_of_point.begin(), voxels.row_of_point.end()};
}

/// The voxel along x of each row, and the value that points_in_a_row gave its points.
std::vector<std::array<float, 2>> values_by_x(VoxelizedPoints<> const& voxels) {
  std::vector<std::array<float, 2>> values;
  for (std::int64_t row = 0; row < voxels.tensor.size(); ++row) {
    auto const x = voxels.tensor.sites().coordinates()[static_cast<std::size_t>(row)].position[2];
    values.push_back({static_cast<float>(x), voxels.tensor.features()(row, 3)});
  }
  return values;
}

template <class Where>
class VoxelizeOn : public ::testing::Test {};
TYPED_TEST_SUITE(VoxelizeOn, test::Policies);

// Voxel of (x, y, z) is (floor((z - 1) / 0.5), floor((y + 2) / 2), floor(x / 1)):
//   0: (0.5, -1.5, 1.25)  -> z 0, y 0, x 0        3: (1, 0, 1.5)       -> z 1, y 1, x 1, on three borders
//   1: (2.75, 3.75, 1.75) -> z 1, y 2, x 2        4: (0, -2, 1)        -> z 0, y 0, x 0, the corner itself
//   2: (0.25, -0.5, 1.0)  -> z 0, y 0, x 0        means of 0, 2 and 4: (0.25, -4/3, 3.25/3), value 60 / 3
TYPED_TEST(VoxelizeOn, SortsPointsIntoVoxelsByHand) {
  PointCloud const cloud{.columns = 4, .values = {0.5F, -1.5F, 1.25F, 10, 2.75F, 3.75F, 1.75F, 20, 0.25F, -0.5F,
                                                  1.0F, 30,    1,     0,  1.5F,  40,    0,     -2, 1,     20}};
  VoxelizedPoints<> const voxels = voxelize(TypeParam::policy(), cloud, small_grid);
  EXPECT_EQ(voxels.tensor.grid(), (Grid<3>{.shape = {2, 3, 3}, .batch_size = 1}));
  EXPECT_EQ(sites_of(voxels), (std::vector<Coordinate<3>>{{0, {0, 0, 0}}, {0, {1, 1, 1}}, {0, {1, 2, 2}}}));
  EXPECT_EQ(rows_of(voxels), (std::vector<Row>{0, 2, 0, 1, 0}));
  EXPECT_EQ(features_of(voxels),
            (std::vector<float>{0.25F, -4.F / 3, 3.25F / 3, 20, 1, 0, 1.5F, 40, 2.75F, 3.75F, 1.75F, 20}));
  EXPECT_EQ(voxels.dropped.total(), 0);
}

// Inside is from the low border, which counts, to the high one, which does not; along z, y and x alike.
TYPED_TEST(VoxelizeOn, CountsWhatIsOutOfRange) {
  float const below = std::nextafter(0.F, -1.F);
  float const beyond = 3;
  PointCloud const cloud{.columns = 3,
                         .values = {below,
                                    0,
                                    1.5F,  // x below
                                    beyond,
                                    0,
                                    1.5F,  // x at the high border
                                    std::nextafter(3.F, 0.F),
                                    0,
                                    1.5F,  // the last x inside
                                    1,
                                    -2.25F,
                                    1.5F,  // y below
                                    1,
                                    4,
                                    1.5F,  // y at the high border
                                    1,
                                    0,
                                    0.75F,  // z below
                                    1,
                                    0,
                                    2,  // z at the high border
                                    -1e30F,
                                    0,
                                    1.5F,
                                    1,
                                    3e38F,
                                    1.5F}};  // far away
  VoxelizedPoints<> const voxels = voxelize(TypeParam::policy(), cloud, small_grid);
  EXPECT_EQ(rows_of(voxels), (std::vector<Row>{-1, -1, 0, -1, -1, -1, -1, -1, -1}));
  EXPECT_EQ(sites_of(voxels), (std::vector<Coordinate<3>>{{0, {1, 1, 2}}}));
  EXPECT_EQ(voxels.dropped.out_of_range, 8);
  EXPECT_EQ(voxels.dropped.not_finite, 0);
  EXPECT_EQ(voxels.dropped.total(), 8);
}

TYPED_TEST(VoxelizeOn, CountsWhatIsNotFinite) {
  PointCloud const cloud{.columns = 4,
                         .values = {not_a_number,
                                    0,
                                    1.5F,
                                    1,  //
                                    1,
                                    infinity,
                                    1.5F,
                                    2,  //
                                    1,
                                    0,
                                    -infinity,
                                    3,  //
                                    -50,
                                    0,
                                    not_a_number,
                                    4,  // out of range as well
                                    not_a_number,
                                    -50,
                                    1.5F,
                                    5,  // the other way round
                                    1,
                                    0,
                                    1.5F,
                                    not_a_number}};  // not a position
  VoxelizedPoints<> const voxels = voxelize(TypeParam::policy(), cloud, small_grid);
  EXPECT_EQ(voxels.dropped.not_finite, 5);
  EXPECT_EQ(voxels.dropped.out_of_range, 0);
  EXPECT_EQ(rows_of(voxels), (std::vector<Row>{-1, -1, -1, -1, -1, 0}));
  EXPECT_TRUE(std::isnan(voxels.tensor.features()(0, 3)));
}

// In float32 0.7 / 0.1 rounds to 7, although the quotient of the two floats is 6.9999998; -0.1 + 40 rounds to 39.9,
// and 39.9 / 0.1 to 399, although the exact one is 398.99997.
TYPED_TEST(VoxelizeOn, DividesInFloat32) {
  ASSERT_EQ(std::floor(static_cast<double>(0.7F) / static_cast<double>(0.1F)), 6);
  ASSERT_EQ(std::floor((static_cast<double>(-0.1F) + 40) / static_cast<double>(0.1F)), 398);
  VoxelGrid const grid{.voxel_size = {0.1F, 0.1F, 1}, .low = {0, -40, 0}, .high = {1, 40, 1}};
  PointCloud const cloud{.columns = 3, .values = {0.7F, -0.1F, 0}};
  EXPECT_EQ(sites_of(voxelize(TypeParam::policy(), cloud, grid)), (std::vector<Coordinate<3>>{{0, {0, 399, 7}}}));
}

// Metres as surveyors have them: floats are 1/64 apart there, and the sum of 400 is beyond 2^26.
TYPED_TEST(VoxelizeOn, MeansStayInTheirVoxel) {
  PointCloud cloud{.columns = 3, .values = {}};
  long double sum = 0;
  for (int i = 0; i < 400; ++i) {
    auto const x = static_cast<float>(206494.01 + 0.05 * (i / 20));
    sum += x;
    cloud.values.insert(cloud.values.end(), {x, 0.5F, 0.5F});
  }
  VoxelGrid const grid{.voxel_size = {1, 1, 1}, .low = {206490, 0, 0}, .high = {206500, 1, 1}};
  VoxelizedPoints<> const voxels = voxelize(TypeParam::policy(), cloud, grid);
  ASSERT_EQ(sites_of(voxels), (std::vector<Coordinate<3>>{{0, {0, 0, 4}}}));
  EXPECT_EQ(voxels.tensor.features()(0, 0), static_cast<float>(sum / 400));
}

// Surveyed points 5 cm apart at 5,412,345 m, where floats are 50 cm apart: the offset is taken away in double, from the grid too.
TYPED_TEST(VoxelizeOn, AnOffsetKeepsTheDigitsOfPointsFarFromZero) {
  PointCloud cloud{.columns = 3, .values = {}, .offset = {412'340, 5'412'340, 100}};
  for (int i = 0; i < 40; ++i) {
    double const y = 5'412'345.325 + 0.05 * i;
    cloud.values.insert(cloud.values.end(), {0.5F, static_cast<float>(y - 5'412'340), 0.5F});
  }
  VoxelGrid const grid{
      .voxel_size = {1, 0.05F, 1}, .low = {412'340, 5'412'345.3, 100}, .high = {412'341, 5'412'347.3, 101}};
  VoxelizedPoints<> const voxels = voxelize(TypeParam::policy(), cloud, grid);
  EXPECT_EQ(voxels.dropped.total(), 0);
  EXPECT_EQ(voxels.tensor.grid().shape, (Shape<3>{1, 40, 1}));
  ASSERT_EQ(voxels.tensor.size(), 40);
  EXPECT_EQ(voxels.offset, cloud.offset);
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(voxels.tensor.sites().coordinates()[static_cast<std::size_t>(i)], (Coordinate<3>{0, {0, i, 0}}));
    double const y = voxels.offset[1] + static_cast<double>(voxels.tensor.features()(i, 1));
    EXPECT_NEAR(y, 5'412'345.325 + 0.05 * i, 1e-6);
  }
}

// All numbers here are whole, so that nothing is rounded: an offset moves points and nothing else.
TYPED_TEST(VoxelizeOn, AnOffsetMovesThePoints) {
  PointCloud cloud = points_in_a_row({{7, 1}, {7, 3}, {2, 10}, {-3, 20}, {9, 30}, {10, 40}});
  cloud.offset = {1, -0.5, 0.25};
  VoxelizedPoints<> const voxels = voxelize(TypeParam::policy(), cloud, row_of_ten);
  EXPECT_EQ(values_by_x(voxels), (std::vector<std::array<float, 2>>{{3, 10}, {8, 2}}));
  EXPECT_EQ(rows_of(voxels), (std::vector<Row>{1, 1, 0, -1, -1, -1}));
  EXPECT_EQ(voxels.tensor.features()(1, 0), 7) << "relative to the offset";
  MatrixView<float const> const points = cloud.view();
  EXPECT_EQ(features_of(voxelize(TypeParam::policy(), points, row_of_ten, {}, {}, cloud.offset)), features_of(voxels));
}

TYPED_TEST(VoxelizeOn, MeansOfAMillionPointsHaveTheirDigits) {
  PointCloud cloud{.columns = 3, .values = {}};
  long double sum = 0;
  for (int i = 0; i < 1000000; ++i) {
    float const x = 50.49F + static_cast<float>(i % 1024) / 65536;
    sum += x;
    cloud.values.insert(cloud.values.end(), {x, 0.5F, 0.5F});
  }
  VoxelGrid const grid{.voxel_size = {1, 1, 1}, .low = {50, 0, 0}, .high = {51, 1, 1}};
  EXPECT_EQ(test::feature_view(voxelize(TypeParam::policy(), cloud, grid).tensor)(0, 0),
            static_cast<float>(sum / 1000000));
}

TYPED_TEST(VoxelizeOn, NegativePositionsRoundDown) {
  VoxelGrid const grid{.voxel_size = {1, 1, 1}, .low = {-3, -3, -3}, .high = {3, 3, 3}};
  PointCloud const cloud{.columns = 3, .values = {-0.5F, -1.5F, -2.5F, -3, -1, 0}};
  EXPECT_EQ(sites_of(voxelize(TypeParam::policy(), cloud, grid)),
            (std::vector<Coordinate<3>>{{0, {0, 1, 2}}, {0, {3, 2, 0}}}));
}

// An extent of 2^24 + 1 is no float; the last voxel that a float reaches counts all the same.
TYPED_TEST(VoxelizeOn, LongRowsEndWhereTheirRangeDoes) {
  VoxelGrid grid{.voxel_size = {1, 1, 1}, .low = {-1, 0, 0}, .high = {16'777'216, 1, 1}};
  EXPECT_EQ(sites_of(voxelize(TypeParam::policy(), points_in_a_row({{16'777'215, 1}, {16'777'216, 1}}), grid)),
            (std::vector<Coordinate<3>>{{0, {0, 0, 16'777'216}}}));
  grid = {.voxel_size = {1, 1, 1}, .low = {0, 0, 0}, .high = {2'147'483'520, 1, 1}, .extra_slices = 1};
  VoxelizedPoints<> const voxels =
      voxelize(TypeParam::policy(), points_in_a_row({{2'147'483'392, 1}, {2'147'483'520, 1}, {3e9F, 1}}), grid);
  EXPECT_EQ(sites_of(voxels), (std::vector<Coordinate<3>>{{0, {0, 0, 2'147'483'392}}}));
  EXPECT_EQ(voxels.dropped.out_of_range, 2);
}

TYPED_TEST(VoxelizeOn, ExtraSlicesStayEmpty) {
  VoxelGrid grid = small_grid;
  grid.extra_slices = 2;
  PointCloud const cloud{.columns = 3, .values = {1, 0, 1.75F, 1, 0, 2.25F, 1, 0, 2.75F}};
  VoxelizedPoints<> const voxels = voxelize(TypeParam::policy(), cloud, grid);
  EXPECT_EQ(voxels.tensor.grid().shape, (Shape<3>{4, 3, 3}));
  EXPECT_EQ(sites_of(voxels), (std::vector<Coordinate<3>>{{0, {1, 1, 1}}}));
  EXPECT_EQ(voxels.dropped.out_of_range, 2);
}

// Voxels 7 7 2 7 4 2 in the caller's order; of each the first two points stay: the third of voxel 7 is dropped.
TYPED_TEST(VoxelizeOn, TheFirstPointsOfAVoxelStay) {
  PointCloud const cloud = points_in_a_row({{7, 1}, {7, 3}, {2, 10}, {7, 100}, {4, 20}, {2, 30}});
  VoxelizedPoints<> const voxels = voxelize(TypeParam::policy(), cloud, row_of_ten, {.points_per_voxel = 2});
  EXPECT_EQ(values_by_x(voxels), (std::vector<std::array<float, 2>>{{2, 20}, {4, 20}, {7, 2}}));
  EXPECT_EQ(rows_of(voxels), (std::vector<Row>{2, 2, 0, -1, 1, 0}));
  EXPECT_EQ(voxels.dropped.over_points_per_voxel, 1);
  EXPECT_EQ(voxels.dropped.total(), 1);
}

// Voxels 7 and 2 are reached first; 4 and 0 are dropped with all their points, though they sort before 7.
TYPED_TEST(VoxelizeOn, TheVoxelsThatAreReachedFirstStay) {
  PointCloud const cloud = points_in_a_row({{7, 1}, {2, 2}, {4, 3}, {7, 5}, {0, 6}, {4, 7}, {2, 8}});
  VoxelizedPoints<> const voxels = voxelize(TypeParam::policy(), cloud, row_of_ten, {.voxels = 2});
  EXPECT_EQ(values_by_x(voxels), (std::vector<std::array<float, 2>>{{2, 5}, {7, 3}}));
  EXPECT_EQ(rows_of(voxels), (std::vector<Row>{1, 0, -1, 1, -1, -1, 0}));
  EXPECT_EQ(voxels.dropped.over_voxels, 3);
  EXPECT_EQ(voxels.dropped.total(), 3);
}

// A point that falls to both limits is counted once, with its voxel.
TYPED_TEST(VoxelizeOn, BothLimitsAndTheRangeAddUp) {
  PointCloud const cloud = points_in_a_row(
      {{-1, 0}, {7, 1}, {2, 2}, {4, 3}, {not_a_number, 0}, {4, 4}, {7, 5}, {7, 6}, {12, 0}, {4, 7}, {2, 8}});
  VoxelizedPoints<> const voxels =
      voxelize(TypeParam::policy(), cloud, row_of_ten, {.points_per_voxel = 1, .voxels = 2});
  EXPECT_EQ(values_by_x(voxels), (std::vector<std::array<float, 2>>{{2, 2}, {7, 1}}));
  EXPECT_EQ(voxels.dropped.out_of_range, 2);
  EXPECT_EQ(voxels.dropped.not_finite, 1);
  EXPECT_EQ(voxels.dropped.over_voxels, 3);
  EXPECT_EQ(voxels.dropped.over_points_per_voxel, 3);
  EXPECT_EQ(voxels.dropped.total(), 9);
  EXPECT_EQ(std::ranges::count(rows_of(voxels), no_row), 9);
}

TYPED_TEST(VoxelizeOn, LimitsThatAreJustReachedDropNothing) {
  PointCloud const cloud = points_in_a_row({{7, 1}, {7, 3}, {2, 10}, {4, 20}});
  VoxelizedPoints<> const voxels =
      voxelize(TypeParam::policy(), cloud, row_of_ten, {.points_per_voxel = 2, .voxels = 3});
  EXPECT_EQ(voxels.dropped.total(), 0);
  EXPECT_EQ(voxels.tensor.size(), 3);
}

TYPED_TEST(VoxelizeOn, TakesAnyMatrixOfPoints) {
  std::vector<float> points = {7, 0.5F, 0.5F, 2, 0.5F, 0.5F};
  EXPECT_EQ(rows_of(voxelize(TypeParam::policy(), MatrixView<float>{points.data(), 2, 3}, row_of_ten)),
            (std::vector<Row>{1, 0}));
  EXPECT_EQ(rows_of(voxelize(TypeParam::policy(), MatrixView<float const>{points.data() + 3, 1, 3}, row_of_ten)),
            (std::vector<Row>{0}));
}

TYPED_TEST(VoxelizeOn, TakesACloudWithoutPointsOrWithNoneInside) {
  VoxelizedPoints<> const none = voxelize(TypeParam::policy(), PointCloud{.columns = 5}, small_grid);
  EXPECT_EQ(none.tensor.size(), 0);
  EXPECT_EQ(none.tensor.channels(), 5);
  EXPECT_EQ(none.tensor.grid().shape, (Shape<3>{2, 3, 3}));
  EXPECT_EQ(none.row_of_point.size(), 0);
  EXPECT_EQ(none.dropped.total(), 0);
  VoxelizedPoints<> const outside =
      voxelize(TypeParam::policy(), PointCloud{.columns = 3, .values = {9, 9, 9}}, small_grid, {.voxels = 1});
  EXPECT_EQ(outside.tensor.size(), 0);
  EXPECT_EQ(outside.dropped.out_of_range, 1);
}

// The way back gives each point the mean of its voxel, and zeros to those that were dropped.
TYPED_TEST(VoxelizeOn, FeaturesComeBackToTheirPoints) {
  PointCloud const cloud = points_in_a_row({{7, 1}, {12, 9}, {2, 10}, {7, 3}});
  VoxelizedPoints<> const voxels = voxelize(TypeParam::policy(), cloud, row_of_ten);
  Buffer<float> const back =
      features_to_points(TypeParam::policy(), voxels.tensor, std::span<Row const>(voxels.row_of_point));
  EXPECT_EQ(std::vector<float>(back.begin(), back.end()),
            (std::vector<float>{7, 0.5F, 0.5F, 2, 0, 0, 0, 0, 2, 0.5F, 0.5F, 10, 7, 0.5F, 0.5F, 2}));
}

TYPED_TEST(VoxelizeOn, HasTheBitsOfTheReference) {
  PointCloud const cloud = random_cloud(20'011);
  for (VoxelLimits const limits : {VoxelLimits{}, VoxelLimits{.points_per_voxel = 3, .voxels = 2'000}}) {
    VoxelizedPoints<> const reference = voxelize(seq, cloud, fine_grid, limits);
    VoxelizedPoints<> const voxels = voxelize(TypeParam::policy(), cloud, fine_grid, limits);
    EXPECT_EQ(sites_of(voxels), sites_of(reference));
    EXPECT_EQ(features_of(voxels), features_of(reference));
    EXPECT_EQ(rows_of(voxels), rows_of(reference));
    EXPECT_EQ(voxels.dropped.not_finite, reference.dropped.not_finite);
    EXPECT_EQ(voxels.dropped.out_of_range, reference.dropped.out_of_range);
    EXPECT_EQ(voxels.dropped.over_points_per_voxel, reference.dropped.over_points_per_voxel);
    EXPECT_EQ(voxels.dropped.over_voxels, reference.dropped.over_voxels);
  }
}

// Against a map that is filled point by point, without and with limits.
TYPED_TEST(VoxelizeOn, AgreesWithAMapFilledInOrder) {
  PointCloud const cloud = random_cloud(9'001);
  for (VoxelLimits const limits : {VoxelLimits{}, VoxelLimits{.points_per_voxel = 2, .voxels = 700}}) {
    struct Voxel {
      std::vector<double> sum = std::vector<double>(5, 0);
      std::int64_t points = 0;
    };
    std::map<std::array<std::int32_t, 3>, Voxel> expected;
    std::int64_t over_voxels = 0;
    std::int64_t over_points = 0;
    std::int64_t not_finite = 0;
    std::int64_t out_of_range = 0;
    std::array<std::int32_t, 3> const extents{30, 16, 10};  // x, y, z
    for (std::int64_t i = 0; i < cloud.size(); ++i) {
      auto const point = cloud.row(i);
      std::array<std::int32_t, 3> voxel{};
      bool finite = true;
      bool inside = true;
      for (std::size_t axis = 0; axis < 3; ++axis) {
        finite = finite && !std::isnan(point[axis]);
        float const place =
            std::floor((point[axis] - static_cast<float>(fine_grid.low[axis])) / fine_grid.voxel_size[axis]);
        inside = inside && place >= 0 && place < static_cast<float>(extents[axis]);
        if (finite && inside) voxel[2 - axis] = static_cast<std::int32_t>(place);
      }
      if (!finite || !inside) {
        ++(finite ? out_of_range : not_finite);
        continue;
      }
      if (!expected.contains(voxel) && static_cast<std::int64_t>(expected.size()) == limits.voxels) {
        ++over_voxels;
        continue;
      }
      Voxel& found = expected[voxel];
      if (found.points == limits.points_per_voxel) {
        ++over_points;
        continue;
      }
      ++found.points;
      for (std::size_t c = 0; c < 5; ++c) found.sum[c] += static_cast<double>(point[c]);
    }

    VoxelizedPoints<> const voxels = voxelize(TypeParam::policy(), cloud, fine_grid, limits);
    EXPECT_EQ(voxels.dropped.not_finite, not_finite);
    EXPECT_EQ(voxels.dropped.out_of_range, out_of_range);
    EXPECT_EQ(voxels.dropped.over_voxels, over_voxels);
    EXPECT_EQ(voxels.dropped.over_points_per_voxel, over_points);
    ASSERT_EQ(voxels.tensor.size(), static_cast<std::int64_t>(expected.size()));
    std::int64_t row = 0;
    std::int64_t kept = 0;
    for (auto const& [position, voxel] : expected) {
      EXPECT_EQ(voxels.tensor.sites().coordinates()[static_cast<std::size_t>(row)].position, position);
      for (std::int64_t c = 0; c < 5; ++c) {
        EXPECT_EQ(voxels.tensor.features()(row, c),
                  static_cast<float>(voxel.sum[static_cast<std::size_t>(c)] / static_cast<double>(voxel.points)));
      }
      kept += voxel.points;
      ++row;
    }
    EXPECT_EQ(cloud.size(), kept + voxels.dropped.total());
    EXPECT_EQ(std::ranges::count(rows_of(voxels), no_row), voxels.dropped.total());
  }
}

std::string voxelize_message(VoxelGrid const& grid, VoxelLimits const& limits = {}, std::int64_t columns = 3) {
  return message_of<ShapeError>(
      [&] { return voxelize(cpu, PointCloud{.columns = columns}, grid, limits).dropped.total(); });
}

TEST(Voxelize, RefusesACloudWhoseNumbersMakeNoWholePoints) {
  PointCloud const ragged{.columns = 3, .values = {0, 0, 0, 1, 1, 1, 2}};
  EXPECT_EQ(
      message_of<ShapeError>([&] { return voxelize(cpu, ragged, small_grid).dropped.total(); }),
      "PointCloud::view: the cloud's 7 numbers do not make rows of 3 columns, 1 left over; correct `columns`, or give "
      "every point all its numbers");
}

TEST(Voxelize, RefusesAGridWithoutVoxels) {
  VoxelGrid grid = small_grid;
  std::string const rule = " is not 1 to 2^31 - 1 voxels long; correct the range or the voxel size";
  grid.voxel_size[1] = 0;
  EXPECT_EQ(voxelize_message(grid), "voxelize: along y the range -2 to 4 in voxels of 0" + rule);
  grid.voxel_size[1] = -2;
  EXPECT_EQ(voxelize_message(grid), "voxelize: along y the range -2 to 4 in voxels of -2" + rule);
  grid.voxel_size[1] = not_a_number;
  EXPECT_EQ(voxelize_message(grid), "voxelize: along y the range -2 to 4 in voxels of nan" + rule);
  grid = small_grid;
  grid.high[0] = 0;
  EXPECT_EQ(voxelize_message(grid), "voxelize: along x the range 0 to 0 in voxels of 1" + rule);
  grid.high[0] = -3;
  EXPECT_EQ(voxelize_message(grid), "voxelize: along x the range 0 to -3 in voxels of 1" + rule);
  grid.high[0] = infinity;
  EXPECT_EQ(voxelize_message(grid), "voxelize: along x the range 0 to inf in voxels of 1" + rule);
  grid.high[0] = 2147483648.F;
  EXPECT_EQ(voxelize_message(grid), "voxelize: along x the range 0 to 2147483648 in voxels of 1" + rule);
  grid = small_grid;
  grid.low[2] = not_a_number;
  EXPECT_EQ(voxelize_message(grid), "voxelize: along z the range nan to 2 in voxels of 0.5" + rule);
  grid = small_grid;
  grid.extra_slices = std::numeric_limits<std::int32_t>::max() - 1;
  EXPECT_EQ(voxelize_message(grid), "voxelize: along z the range 1 to 2 in voxels of 0.5" + rule);
}

TEST(Voxelize, RefusesAnOffsetThatReachesNoGrid) {
  auto const message = [](double x, double z) {
    PointCloud const cloud{.columns = 3, .values = {0, 0, 0}, .offset = {x, 0, z}};
    return message_of<ShapeError>([&] { return voxelize(cpu, cloud, small_grid).dropped.total(); });
  };
  EXPECT_EQ(message(std::numeric_limits<double>::infinity(), 0),
            "voxelize: along x the grid begins at 0, the points' offset is inf; correct the one that is wrong");
  EXPECT_EQ(message(0, std::numeric_limits<double>::quiet_NaN()),
            "voxelize: along z the grid begins at 1, the points' offset is nan; correct the one that is wrong");
  EXPECT_EQ(message(-1e39, 0),
            "voxelize: along x the grid begins at 0, the points' offset is -1e+39; correct the one that is wrong");
}

TEST(Voxelize, RefusesNegativeExtraSlices) {
  VoxelGrid grid = small_grid;
  grid.extra_slices = -1;
  EXPECT_EQ(voxelize_message(grid), "voxelize: extra_slices is -1; it cannot be negative");
  // Not even where they would make up for a range that is too long.
  grid.high[0] = 3e9F;
  grid.extra_slices = -2'000'000'000;
  EXPECT_EQ(voxelize_message(grid), "voxelize: extra_slices is -2000000000; it cannot be negative");
}

TEST(Voxelize, RefusesLimitsBelowOne) {
  EXPECT_EQ(voxelize_message(small_grid, {.points_per_voxel = 0, .voxels = 9}),
            "voxelize: limits of 0 points a voxel and 9 voxels; both must be at least 1");
  EXPECT_EQ(voxelize_message(small_grid, {.points_per_voxel = 5, .voxels = -1}),
            "voxelize: limits of 5 points a voxel and -1 voxels; both must be at least 1");
}

TEST(Voxelize, RefusesCloudsWithoutZ) {
  EXPECT_EQ(voxelize_message(small_grid, {}, 2), "voxelize: the cloud has 2 columns; it needs x, y and z at least");
}

TEST(VoxelizeOnKitti, HasItsKnownVoxels) {
  auto const path = test::shared_data("kitti_000008.bin");
  if (path.empty()) GTEST_SKIP() << "kitti_000008.bin does not lie beside the checkout";
  PointCloud const cloud = read_records(path, {.columns = 4});
  VoxelGrid const grid{.voxel_size = {0.05F, 0.05F, 0.1F}, .low = {0, -40, -3}, .high = {70.4F, 40, 1}};
  VoxelizedPoints<> const voxels = voxelize(cpu, cloud, grid);
  EXPECT_EQ(cloud.size(), 17'238);
  EXPECT_EQ(voxels.tensor.grid().shape, (Shape<3>{40, 1600, 1408}));
  EXPECT_EQ(voxels.tensor.size(), 13'092);
  SiteSet<3> const& sites = voxels.tensor.sites();
  KernelGeometry<3> const geometry{.kernel_size = 3, .padding = 1};
  EXPECT_EQ(build_rulebook(cpu, sites, sites, geometry).pair_count(), 55'906);
}

TEST(VoxelizeOnWaymo, HasItsKnownVoxels) {
  auto const path = test::shared_data("waymo_benchmark_pc.npz");
  if (path.empty()) GTEST_SKIP() << "waymo_benchmark_pc.npz does not lie beside the checkout";
  PointCloud const cloud = read_npz(path);
  VoxelGrid const grid{.voxel_size = {0.1F, 0.1F, 0.1F}, .low = {-80, -80, -2}, .high = {80, 80, 6}};
  VoxelizedPoints<> const voxels = voxelize(cpu, cloud, grid);
  EXPECT_EQ(cloud.size(), 198'130);
  EXPECT_EQ(voxels.tensor.grid().shape, (Shape<3>{80, 1600, 1600}));
  EXPECT_EQ(voxels.tensor.size(), 125'562);
  SiteSet<3> const& sites = voxels.tensor.sites();
  KernelGeometry<3> const geometry{.kernel_size = 3, .padding = 1};
  EXPECT_EQ(build_rulebook(cpu, sites, sites, geometry).pair_count(), 788'888);
}

// The stages of pooled(): sites, and pairs of the submanifold layers of kernel 3.
TEST(VoxelizeOnWaymo, HasTheStagesThatSpconvMeasuresItselfBy) {
  auto const path = test::shared_data("waymo_benchmark_pc.npz");
  if (path.empty()) GTEST_SKIP() << "waymo_benchmark_pc.npz does not lie beside the checkout";
  VoxelGrid const grid{.voxel_size = {0.1F, 0.1F, 0.1F}, .low = {-80, -80, -2}, .high = {80, 80, 6}};
  SiteSet<3> sites = voxelize(cpu, read_npz(path), grid).tensor.sites();
  KernelGeometry<3> const convolution{.kernel_size = 3, .padding = 1};
  KernelGeometry<3> const pool{.kernel_size = 2, .stride = 2};
  std::vector<std::int64_t> counts;
  std::vector<std::int64_t> pairs;
  for (int stage = 0; stage < 7; ++stage) {
    if (stage > 0) sites = output_sites(cpu, sites, pool, OutputDefinition::regular);
    counts.push_back(sites.size());
    pairs.push_back(build_rulebook(cpu, sites, sites, convolution).pair_count());
  }
  EXPECT_EQ(counts, (std::vector<std::int64_t>{125562, 67099, 27855, 10362, 3561, 1081, 212}));
  EXPECT_EQ(pairs, (std::vector<std::int64_t>{788888, 601049, 277399, 106418, 41697, 14295, 1662}));
}

}  // namespace
}  // namespace sparseconv::voxelize_test

#include "sparseconv/points/build_interpolation_map_batch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sparseconv/points/interpolate.hpp"
#include "sparseconv/points/voxelize_batch.hpp"
#include "support/at_policy.hpp"
#include "support/emulated_gpu.hpp"
#include "support/error_message.hpp"
#include "support/point_clouds.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::build_interpolation_map_batch_test {
namespace {

using test::fine_grid;
using test::message_of;
using test::points_in_a_row;
using test::row_of_ten;

/// Four clouds with offsets and columns of their own, without points in the middle and at the end.
std::vector<PointCloud> four_clouds() {
  std::vector<PointCloud> clouds{test::random_cloud(3'003), {.columns = 5}, test::random_cloud(2'801), {.columns = 5}};
  clouds[0].offset = {0.125, 0, -0.25};
  clouds[2].offset = {0, 0.0625, 0};
  std::reverse(clouds[2].values.begin(), clouds[2].values.end());
  return clouds;
}

/// The points of a map from `first` on are those of a map of one cloud.
void expect_points(InterpolationMap<3> const& map, std::int64_t first, InterpolationMap<3> const& alone) {
  ASSERT_LE(first + alone.size(), map.size());
  ASSERT_EQ(map.cells(), alone.cells());
  auto const same = [&](auto const& all, auto const& own) {
    auto const from = all.values().subspan(static_cast<std::size_t>(first * all.columns));
    return std::equal(own.values().begin(), own.values().end(), from.begin());
  };
  EXPECT_TRUE(same(map.rows(), alone.rows()));
  EXPECT_TRUE(same(map.weights(), alone.weights()));
}

/// Copies of clouds where a policy works.
template <class Policy>
auto all_there(Policy const& where, std::vector<PointCloud> const& clouds) {
  std::vector<decltype(test::there(where, clouds[0]))> all;
  for (PointCloud const& cloud : clouds) all.push_back(test::there(where, cloud));
  return all;
}

/// `seq`, `cpu` and the emulated device.
template <class Body>
void for_each_policy(Body const& body) {
  test::for_each_host_policy(body);
  body(test::EmulatedGpu{});
}

TEST(BuildInterpolationMapBatch, HasTheBitsOfEachCloudAlone) {
  std::vector<PointCloud> const clouds = four_clouds();
  auto const sites = voxelize(cpu, clouds, fine_grid).tensor.sites();
  std::vector<PointCloud> moved = clouds;
  for (PointCloud& cloud : moved) {
    for (float& number : cloud.values) number = 0.8F * number + 0.03F;
  }
  for (Interpolation const interpolation : {Interpolation::linear, Interpolation::nearest}) {
    for_each_policy([&](auto const& where) {
      auto const map =
          test::here(where, build_interpolation_map(where, test::there(where, sites), all_there(where, moved),
                                                    fine_grid, {.interpolation = interpolation}));
      EXPECT_EQ(map.size(), 3'003 + 2'801);
      std::int64_t first = 0;
      for (std::size_t b = 0; b < moved.size(); ++b) {
        auto const alone =
            build_interpolation_map(seq, sites, moved[b], fine_grid,
                                    {.interpolation = interpolation, .batch_item = static_cast<std::int32_t>(b)});
        expect_points(map, first, alone);
        first += alone.size();
      }
      EXPECT_EQ(first, map.size());
    });
  }
}

// The nearest sites of all points are the voxels that they were put into: the way back of the whole batch.
TEST(BuildInterpolationMapBatch, NearestGivesTheRowsOfVoxelize) {
  std::vector<PointCloud> const clouds = four_clouds();
  VoxelizedBatch<> const batch = voxelize(seq, clouds, fine_grid);
  std::vector<Row> expected;
  for (auto const& item : batch.items) {
    expected.insert(expected.end(), item.row_of_point.begin(), item.row_of_point.end());
  }
  for_each_policy([&](auto const& where) {
    auto const map = test::here(
        where, build_interpolation_map(where, test::there(where, batch.tensor.sites()), all_there(where, clouds),
                                       fine_grid, {.interpolation = Interpolation::nearest}));
    // Points outside the grid have no voxel, and no site is there.
    EXPECT_TRUE(std::ranges::equal(map.rows().values(), expected));
  });
}

// Item 0 has voxels 2 and 7, item 1 voxel 2, item 2 none: each point takes from its own item.
TEST(BuildInterpolationMapBatch, TakesFromItsOwnItemByHand) {
  std::vector<PointCloud> const clouds{points_in_a_row({{2.5F, 10}, {7.5F, 20}}), points_in_a_row({{2.5F, 30}}),
                                       PointCloud{.columns = 4}};
  SparseTensor<float, 3> const tensor = voxelize(seq, clouds, row_of_ten).tensor;
  std::vector<PointCloud> const asked{points_in_a_row({{2.5F, 0}, {7.5F, 0}}), points_in_a_row({{2.5F, 0}, {7.5F, 0}}),
                                      points_in_a_row({{2.5F, 0}})};
  test::for_each_host_policy([&](auto const& where) {
    auto const map = build_interpolation_map(where, tensor.sites(), asked, row_of_ten);
    Buffer<float> const features = interpolate(where, tensor, map);
    std::vector<float> values;
    for (std::int64_t point = 0; point < map.size(); ++point) values.push_back(features[4 * point + 3]);
    EXPECT_EQ(values, (std::vector<float>{10, 20, 30, 0, 0}));
  });
}

// Fewer clouds than items, from any item on: the other items have no points.
TEST(BuildInterpolationMapBatch, TakesFewerCloudsThanItems) {
  std::vector<PointCloud> const clouds = four_clouds();
  auto const sites = voxelize(cpu, clouds, fine_grid).tensor.sites();
  for_each_policy([&](auto const& where) {
    auto const sites_there = test::there(where, sites);
    auto const there = all_there(where, clouds);
    std::span const some(there);
    auto const of_first = test::here(where, build_interpolation_map(where, sites_there, some.first(2), fine_grid));
    EXPECT_EQ(of_first.size(), 3'003);
    expect_points(of_first, 0, build_interpolation_map(seq, sites, clouds[0], fine_grid));
    auto const of_last =
        test::here(where, build_interpolation_map(where, sites_there, some.subspan(1), fine_grid, {.batch_item = 1}));
    EXPECT_EQ(of_last.size(), 2'801);
    expect_points(of_last, 0, build_interpolation_map(seq, sites, clouds[2], fine_grid, {.batch_item = 2}));
    EXPECT_EQ(build_interpolation_map(where, sites_there, some.first(0), fine_grid).size(), 0);
  });
}

TEST(BuildInterpolationMapBatch, OfNoCloudHasNoPoints) {
  std::vector<PointCloud> const none;
  auto const sites = voxelize(cpu, none, row_of_ten).tensor.sites();
  test::for_each_host_policy(
      [&](auto const& where) { EXPECT_EQ(build_interpolation_map(where, sites, none, row_of_ten).size(), 0); });
}

TEST(BuildInterpolationMapBatch, TakesPointsInAnyArrangement) {
  std::vector<PointCloud> const clouds = four_clouds();
  std::vector<StridedPoints> points;
  for (PointCloud const& cloud : clouds) {
    points.push_back({.bytes = std::as_bytes(std::span(cloud.values)),
                      .fields = {{"x", 0}, {"y", 4}, {"z", 8}},
                      .width = cloud.size(),
                      .point_step = 20});
  }
  auto const sites = voxelize(cpu, points, fine_grid).tensor.sites();
  test::for_each_host_policy([&](auto const& where) {
    auto const map = build_interpolation_map(where, sites, points, fine_grid);
    EXPECT_EQ(map.size(), 3'003 + 2'801);
    expect_points(map, 3'003, build_interpolation_map(seq, sites, points[2], fine_grid, {.batch_item = 2}));
  });
}

/// A cloud that says of itself how large it is.
struct HugeCloud {
  float number = 0;
  [[nodiscard]] MatrixView<float const> view() const { return {&number, std::int64_t{1} << 30, 3}; }
};

TEST(BuildInterpolationMapBatch, SaysWhatDoesNotFit) {
  std::vector<PointCloud> clouds{points_in_a_row({{7, 1}}), points_in_a_row({{2, 1}})};
  auto const sites = voxelize(seq, clouds, row_of_ten).tensor.sites();
  auto const built = [&](auto const&... arguments) { return build_interpolation_map(seq, sites, arguments...).size(); };
  EXPECT_EQ(message_of<CoordinateError>([&] { return built(clouds, row_of_ten, PointPlacement<3>{.batch_item = 1}); }),
            "build_interpolation_map: 2 clouds from batch item 1 on, and the sites are a batch of 2; give at most one "
            "cloud for each item, in the order of the items");
  EXPECT_EQ(message_of<CoordinateError>([&] { return built(clouds, row_of_ten, PointPlacement<3>{.batch_item = -1}); }),
            "build_interpolation_map: 2 clouds from batch item -1 on, and the sites are a batch of 2; give at most one "
            "cloud for each item, in the order of the items");
  EXPECT_EQ(message_of<ShapeError>([&] { return built(clouds, fine_grid); }),
            "build_interpolation_map: the sites lie on the shape 1 x 1 x 10, the grid has 10 x 16 x 30 voxels; give "
            "the grid that the sites were made with, or for sites of a later level `centres`, as cell_centres(layer) "
            "says them");
  std::vector<HugeCloud> const huge(2);
  EXPECT_EQ(message_of<CapacityError>([&] { return built(huge, row_of_ten); }),
            "build_interpolation_map: 2 clouds of 2147483648 points together; rows are numbered up to 2^31 - 1, so "
            "take fewer clouds at once");
  clouds[1].columns = 2;
  EXPECT_EQ(message_of<ShapeError>([&] { return built(clouds, row_of_ten); }),
            "build_interpolation_map: cloud 1: the cloud has 2 columns; it needs x, y and z at least");
  clouds.push_back({});
  EXPECT_EQ(message_of<CoordinateError>([&] { return built(clouds, row_of_ten); }),
            "build_interpolation_map: 3 clouds from batch item 0 on, and the sites are a batch of 2; give at most one "
            "cloud for each item, in the order of the items");
}

}  // namespace
}  // namespace sparseconv::build_interpolation_map_batch_test

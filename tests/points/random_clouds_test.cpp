// Random clouds in random voxel grids with limits on every policy, against loops over the points.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sparseconv/points/device_point_cloud.hpp"
#include "sparseconv/points/voxelize.hpp"
#include "sparseconv/points/voxelizer.hpp"
#include "support/at_policy.hpp"
#include "support/emulated_gpu.hpp"
#include "support/layer_sums.hpp"
#include "support/policies.hpp"
#include "support/random_numbers.hpp"
#include "support/test_rounds.hpp"
#include "support/wide_sum_bound.hpp"

namespace sparseconv::random_clouds_test {
namespace {

using test::RandomNumbers;

/// A cloud, a grid and limits.
struct CloudCase {
  PointCloud cloud;
  VoxelGrid grid{};
  VoxelLimits limits;
  bool has_offset = false;

  explicit CloudCase(std::uint32_t seed) {
    RandomNumbers random(seed);
    auto const one_in = [&](int times) { return random.between(1, times) == 1; };
    double const centre = one_in(4) ? 200'000 * random.number<double>() : 0;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      grid.voxel_size[axis] = static_cast<float>((0.001 + std::fabs(random.number<double>())) * (one_in(5) ? 100 : 1) +
                                                 std::fabs(centre) * 1e-5);
      auto const voxels =
          static_cast<double>(random.between(1, one_in(5) ? 100'000 : 12)) + random.number<double>() / 3;
      auto const low = static_cast<float>(centre - voxels * static_cast<double>(grid.voxel_size[axis]) / 2);
      grid.low[axis] = static_cast<double>(low);
      grid.high[axis] = grid.low[axis] + voxels * static_cast<double>(grid.voxel_size[axis]);
    }
    if (one_in(3)) grid.extra_slices = static_cast<std::int32_t>(random.between(0, 3));
    if (one_in(2)) limits.points_per_voxel = random.between(1, 5);
    if (one_in(2)) limits.voxels = random.between(1, 40);
    has_offset = one_in(3);
    cloud.columns = random.between(3, 7);
    for (std::int64_t left = one_in(12) ? 0 : random.between(1, one_in(8) ? 5000 : 200); left > 0; --left) {
      add_point(random);
    }
    // Points and grid move together, so that what is drawn around the grid stays there.
    for (std::size_t axis = 0; axis < 3 && has_offset; ++axis) {
      cloud.offset[axis] = 5e6 * random.number<double>();
      grid.low[axis] += cloud.offset[axis];
      grid.high[axis] += cloud.offset[axis];
    }
  }

  [[nodiscard]] std::string text() const {
    std::string all = std::to_string(cloud.size()) + " points of " + std::to_string(cloud.columns) +
                      " columns, limits " + std::to_string(limits.points_per_voxel) + " and " +
                      std::to_string(limits.voxels);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      all += error_message({", ", grid.low[axis], " to ", grid.high[axis], " by ", grid.voxel_size[axis]});
    }
    return all + ", extra " + std::to_string(grid.extra_slices);
  }

 private:
  void add_point(RandomNumbers& random) {
    for (std::int64_t column = 0; column < cloud.columns; ++column) {
      auto number = random.number<float>();
      if (column < 3) {
        auto const axis = static_cast<std::size_t>(column);
        double const middle = (grid.low[axis] + grid.high[axis]) / 2;
        double const half_range = grid.high[axis] - middle;
        number = static_cast<float>(middle + half_range * 1.05 * static_cast<double>(number));
        if (random.between(0, 9) == 0)
          number = static_cast<float>(random.between(0, 1) == 0 ? grid.low[axis] : grid.high[axis]);
      }
      std::int64_t const kind = random.between(0, 150);
      if (kind == 0) number = std::numeric_limits<float>::quiet_NaN();
      if (kind == 1) number = std::numeric_limits<float>::infinity();
      if (kind == 2) number = -std::numeric_limits<float>::infinity();
      cloud.values.push_back(number);
    }
  }
};

/// What becomes of the points of a case.
struct Fates {
  std::map<std::array<std::int32_t, 3>, std::vector<std::int64_t>> points_of;  // by z, y, x
  DroppedPoints dropped;
  std::array<std::int64_t, 3> extents{};

  explicit Fates(CloudCase const& given) {
    std::array<std::int64_t, 3> voxels{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      long double const range = static_cast<long double>(given.grid.high[axis]) - given.grid.low[axis];
      voxels[axis] = std::llround(static_cast<double>(range) / static_cast<double>(given.grid.voxel_size[axis]));
      extents[2 - axis] = voxels[axis] + (axis == 2 ? given.grid.extra_slices : 0);
    }
    std::vector<std::array<std::int32_t, 3>> reached;  // voxels in the order in which points reach them
    std::map<std::array<std::int32_t, 3>, std::vector<std::int64_t>> all;
    for (std::int64_t point = 0; point < given.cloud.size(); ++point) {
      auto const row = given.cloud.row(point);
      bool finite = true;
      bool inside = true;
      std::array<std::int32_t, 3> voxel{};
      for (std::size_t axis = 0; axis < 3; ++axis) {
        finite = finite && std::isfinite(row[axis]);
        float const from_low = row[axis] - static_cast<float>(given.grid.low[axis] - given.cloud.offset[axis]);
        float const cell = std::floor(from_low / given.grid.voxel_size[axis]);
        bool const within = cell >= 0 && static_cast<double>(cell) < static_cast<double>(voxels[axis]);
        inside = inside && within;
        voxel[2 - axis] = within ? static_cast<std::int32_t>(cell) : -1;
      }
      dropped.not_finite += !finite;
      dropped.out_of_range += finite && !inside;
      if (!finite || !inside) continue;
      if (!all.contains(voxel)) reached.push_back(voxel);
      all[voxel].push_back(point);
    }
    for (std::size_t i = 0; i < reached.size(); ++i) {
      std::vector<std::int64_t>& points = all[reached[i]];
      if (static_cast<std::int64_t>(i) >= given.limits.voxels) {
        dropped.over_voxels += std::ssize(points);
        continue;
      }
      if (std::ssize(points) > given.limits.points_per_voxel) {
        dropped.over_points_per_voxel += std::ssize(points) - given.limits.points_per_voxel;
        points.resize(static_cast<std::size_t>(given.limits.points_per_voxel));
      }
      points_of.emplace(reached[i], points);
    }
  }
};

void expect_fates(CloudCase const& given, Fates const& expected, VoxelizedPoints<> const& actual) {
  EXPECT_EQ(actual.dropped.not_finite, expected.dropped.not_finite);
  EXPECT_EQ(actual.dropped.out_of_range, expected.dropped.out_of_range);
  EXPECT_EQ(actual.dropped.over_voxels, expected.dropped.over_voxels);
  EXPECT_EQ(actual.dropped.over_points_per_voxel, expected.dropped.over_points_per_voxel);
  ASSERT_EQ(actual.tensor.size(), std::ssize(expected.points_of));
  ASSERT_EQ(actual.tensor.channels(), given.cloud.columns);
  for (int axis = 0; axis < 3; ++axis) {
    ASSERT_EQ(actual.tensor.grid().shape[axis], expected.extents[static_cast<std::size_t>(axis)]);
  }
  std::vector<Row> rows(static_cast<std::size_t>(given.cloud.size()), no_row);
  Row row = 0;
  for (auto const& [voxel, points] : expected.points_of) {
    ASSERT_EQ(actual.tensor.sites().coordinates()[static_cast<std::size_t>(row)].position, voxel);
    for (std::int64_t const point : points) rows[static_cast<std::size_t>(point)] = row;
    for (std::int64_t c = 0; c < given.cloud.columns; ++c) {
      test::WideNumber sum;
      for (std::int64_t const point : points) {
        sum.add(static_cast<double>(given.cloud.row(point)[static_cast<std::size_t>(c)]));
      }
      ASSERT_LE(test::share_of_wide_bound(actual.tensor.features()(row, c), sum, static_cast<double>(points.size())),
                1.0)
          << "row " << row << ", column " << c;
    }
    ++row;
  }
  ASSERT_EQ(actual.row_of_point.size(), given.cloud.size());
  for (std::int64_t point = 0; point < given.cloud.size(); ++point) {
    ASSERT_EQ(actual.row_of_point[point], rows[static_cast<std::size_t>(point)]) << "point " << point;
  }
}

TEST(RandomClouds, AreVoxelizedAsByTheOracle) {
  static test::EmulatedGpu const device;
  std::uint32_t const cases = 300 * test::test_rounds();
  DroppedPoints dropped;
  std::int64_t voxels = 0;
  for (std::uint32_t seed = 1; seed <= cases; ++seed) {
    CloudCase const given(seed);
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + given.text());
    Fates const expected(given);
    std::optional<SparseTensor<float, 3>> by_seq;
    auto const check = [&](VoxelizedPoints<> const& actual) {
      expect_fates(given, expected, actual);
      if (!by_seq) by_seq = actual.tensor;
      EXPECT_TRUE(
          test::same_bits_or_nan<float>(actual.tensor.features().values(), std::as_const(*by_seq).features().values()));
    };
    check(voxelize(seq, given.cloud, given.grid, given.limits));
    test::for_each_cpu_policy(
        [&](CpuPolicy const& where) { check(voxelize(where, given.cloud, given.grid, given.limits)); });
    RandomNumbers random(seed);
    Voxelizer voxelizer(given.grid, given.limits);
    for (std::int64_t begin = 0; begin < given.cloud.size();) {
      std::int64_t const end = std::min(given.cloud.size(), begin + random.between(0, given.cloud.size() / 3 + 1));
      voxelizer.add(seq, MatrixView<float const>{given.cloud.row(begin).data(), end - begin, given.cloud.columns},
                    given.cloud.offset);
      begin = end;
    }
    if (given.cloud.size() > 0) {
      SparseTensor<float, 3> const by_pieces = voxelizer.tensor(seq);
      EXPECT_TRUE(std::ranges::equal(by_pieces.sites().coordinates(), by_seq->sites().coordinates()));
      EXPECT_TRUE(
          test::same_bits_or_nan<float>(by_pieces.features().values(), std::as_const(*by_seq).features().values()));
      EXPECT_EQ(voxelizer.dropped().over_voxels, expected.dropped.over_voxels);
      EXPECT_EQ(voxelizer.dropped().over_points_per_voxel, expected.dropped.over_points_per_voxel);
    }
    auto const there = voxelize(device, copy_to(device, given.cloud), given.grid, given.limits);
    check({copy_to_host(device, there.tensor), copy_to_host(device, there.row_of_point), there.dropped});
    if (::testing::Test::HasFailure()) return;
    dropped.not_finite += expected.dropped.not_finite;
    dropped.out_of_range += expected.dropped.out_of_range;
    dropped.over_voxels += expected.dropped.over_voxels;
    dropped.over_points_per_voxel += expected.dropped.over_points_per_voxel;
    voxels += std::ssize(expected.points_of);
  }
  EXPECT_GT(dropped.not_finite, cases);
  EXPECT_GT(dropped.out_of_range, cases);
  EXPECT_GT(dropped.over_voxels, cases);
  EXPECT_GT(dropped.over_points_per_voxel, cases);
  EXPECT_GT(voxels, cases);
}

}  // namespace
}  // namespace sparseconv::random_clouds_test

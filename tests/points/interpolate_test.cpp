#include "sparseconv/points/interpolate.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "sparseconv/points/build_interpolation_map.hpp"
#include "support/error_message.hpp"
#include "support/interpolation_oracle.hpp"
#include "support/point_clouds.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::interpolate_test {
namespace {

using test::message_of;

template <class T>
std::vector<double> listed(Buffer<T> const& numbers) {
  std::vector<double> all;
  for (T const number : numbers) all.push_back(static_cast<double>(number));
  return all;
}

SparseTensor<float, 1> line_of(std::vector<std::int32_t> const& positions, std::vector<float> const& features) {
  std::vector<Coordinate<1>> sites;
  for (std::int32_t const position : positions) sites.push_back({0, {position}});
  return {test::sites_of<1>({}, sites), 1, Buffer<float>(std::span<float const>(features))};
}

// Sites 0, 1 and 3 with 8, -16 and 5: see IsLinearByHand of the map.
TEST(Interpolate, ByHand) {
  SparseTensor<float, 1> const tensor = line_of({0, 1, 3}, {8, -16, 5});
  std::vector<float> const at{0.25F, 1.5F, 2, 3, -0.75F, 4.5F};
  MatrixView<float const> const points{at.data(), 6, 1};
  test::for_each_host_policy([&](auto const& where) {
    auto const linear = build_interpolation_map(where, tensor.sites(), points);
    EXPECT_EQ(listed(interpolate(where, tensor, linear)), (std::vector<double>{2, -16, 0, 5, 8, 0}));
    auto const nearest =
        build_interpolation_map(where, tensor.sites(), points, {.interpolation = Interpolation::nearest});
    EXPECT_EQ(listed(interpolate(where, tensor, nearest)), (std::vector<double>{8, 0, 0, 5, 0, 0}));
  });
}

/// Positions in and around a block of cells.
template <int D>
std::vector<float> random_positions(std::int64_t count) {
  test::RandomNumbers random(5);
  std::vector<float> positions;
  for (std::int64_t i = 0; i < count * D; ++i) {
    positions.push_back(static_cast<float>(random.between(-1, 5)) + random.number<float>());
  }
  return positions;
}

template <class T, int D>
void expect_definition(std::int64_t points, std::int64_t channels) {
  SCOPED_TRACE(testing::Message() << sizeof(T) << " bytes, " << D << " axes, " << channels << " channels");
  SiteSet<D> const sites = test::random_site_set<D>({.shape = PerAxis<D>(5)}, D == 1 ? 3 : 4 << D, 3);
  SparseTensor<T, D> const tensor = test::random_tensor<T>(sites, channels, 4);
  std::vector<float> const positions = random_positions<D>(points);
  MatrixView<float const> const view{positions.data(), points, D};
  test::InterpolationOracle const oracle(sites);
  using Sum = Accumulator<T>;
  for (Interpolation const interpolation : {Interpolation::linear, Interpolation::nearest}) {
    auto const map = build_interpolation_map<Sum>(seq, sites, view, {.interpolation = interpolation});
    Buffer<T> const expected = interpolate(seq, tensor, map);
    ASSERT_EQ(expected.size(), points * channels);
    for (std::int64_t point = 0; point < points; ++point) {
      std::vector<double> const position(positions.begin() + point * D, positions.begin() + (point + 1) * D);
      auto const weights =
          interpolation == Interpolation::linear ? oracle.linear(position, 0) : oracle.nearest(position, 0);
      for (std::int64_t c = 0; c < channels; ++c) {
        double sum = 0;
        for (auto const& [row, weight] : weights) sum += weight * static_cast<double>(tensor.features()(row, c));
        // Weights are rounded, their products, the sums, and then the result: numbers are at most 1, and weights sum up to 1.
        // The oracle's own weights lose digits where a distance is near 1.
        double const bound = 1e-12 + ((1 << D) + 2) * static_cast<double>(std::numeric_limits<Sum>::epsilon()) +
                             std::abs(sum) * (is_narrow<T> ? (std::is_same_v<T, half> ? 0x1p-11 : 0x1p-8) : 0);
        ASSERT_NEAR(static_cast<double>(expected[point * channels + c]), sum, bound);
      }
    }
    test::for_each_cpu_policy([&](auto const& where) {
      auto const here = build_interpolation_map<Sum>(where, sites, view, {.interpolation = interpolation});
      EXPECT_EQ(listed(interpolate(where, tensor, here)), listed(expected));
    });
  }
}

template <class T>
void expect_definition_on_all_axes() {
  for (std::int64_t const channels : {0, 1, 3, 4, 5, 17, 31, 33, 65}) expect_definition<T, 3>(40, channels);
  expect_definition<T, 1>(100, 7);
  expect_definition<T, 2>(1'000, 6);
  expect_definition<T, 4>(60, 130);
  expect_definition<T, 3>(2, 200);
}

TEST(Interpolate, IsWhatTheDefinitionSays) {
  expect_definition_on_all_axes<float>();
  expect_definition_on_all_axes<double>();
  expect_definition_on_all_axes<half>();
  expect_definition_on_all_axes<bfloat16>();
}

// Where all cells are there, a function that is linear along each axis comes back, up to its rounding: features are the function at
// the centres.
TEST(Interpolate, GivesLinearFunctionsBack) {
  std::vector<Coordinate<3>> block;
  for (int z = 0; z < 7; ++z) {
    for (int y = 0; y < 6; ++y) {
      for (int x = 0; x < 9; ++x) block.push_back({0, {z, y, x}});
    }
  }
  auto const sites = test::sites_of<3>({}, block);
  auto const function = [](double z, double y, double x) { return 3 * z - 5 * y + 0.25 * x + x * y * z + 11; };
  SparseTensor<double, 3> tensor(sites, 2);
  for (std::int64_t row = 0; row < tensor.size(); ++row) {
    auto const& at = sites.coordinates()[static_cast<std::size_t>(row)].position;
    tensor.features()(row, 0) = function(at[0], at[1], at[2]);
    tensor.features()(row, 1) = 1;
  }
  test::RandomNumbers random(8);
  std::vector<double> positions;
  for (int i = 0; i < 500; ++i) {
    for (double const middle : {3.0, 2.5, 4.0}) positions.push_back(middle * (1 + random.number<double>()));
  }
  auto const map = build_interpolation_map<double>(cpu, sites, MatrixView<double const>{positions.data(), 500, 3});
  Buffer<double> const features = interpolate(cpu, tensor, map);
  for (std::int64_t i = 0; i < 500; ++i) {
    double const* const at = positions.data() + 3 * i;
    EXPECT_NEAR(features[2 * i], function(at[0], at[1], at[2]), 300 * 16 * 0x1p-53);
    EXPECT_NEAR(features[2 * i + 1], 1, 4 * 0x1p-52);
  }
}

// More than a range of work of a thread, and a scan's arrangement of points.
TEST(Interpolate, HasTheSameBitsForAnyNumberOfThreads) {
  PointCloud const cloud = test::random_cloud(9'001);
  auto const sites = voxelize(cpu, cloud, test::fine_grid).tensor.sites();
  auto const tensor = test::random_tensor<float>(sites, 19, 2);
  auto const map = build_interpolation_map(seq, sites, cloud, test::fine_grid);
  auto const expected = listed(interpolate(seq, tensor, map));
  test::for_each_cpu_policy([&](auto const& where) { EXPECT_EQ(listed(interpolate(where, tensor, map)), expected); });
}

// A cell without weight is not read: what is no number there does not spread.
TEST(Interpolate, TakesNothingFromCellsWithoutWeight) {
  SparseTensor<float, 1> const tensor = line_of({0, 1}, {2, std::numeric_limits<float>::quiet_NaN()});
  std::vector<float> const at{0, 0.5F};
  test::for_each_host_policy([&](auto const& where) {
    auto const map = build_interpolation_map(where, tensor.sites(), MatrixView<float const>{at.data(), 2, 1});
    Buffer<float> const features = interpolate(where, tensor, map);
    EXPECT_EQ(features[0], 2);
    EXPECT_TRUE(std::isnan(features[1]));
  });
}

TEST(Interpolate, ServesEveryTensorOnTheSites) {
  auto const first = test::random_site_set<2>({.shape = {9, 9}}, 30, 1);
  auto const equal = test::random_site_set<2>({.shape = {9, 9}}, 30, 1);
  auto const other = test::random_site_set<2>({.shape = {9, 9}}, 30, 2);
  std::vector<float> const at{1.5F, 2.5F};
  auto const map = build_interpolation_map(cpu, first, MatrixView<float const>{at.data(), 1, 2});
  EXPECT_EQ(interpolate(cpu, test::random_tensor<float>(first, 3, 1), map).size(), 3);
  EXPECT_EQ(interpolate(cpu, test::random_tensor<half>(equal, 5, 1), map).size(), 5);
  EXPECT_EQ(
      message_of<ShapeError>([&] { return interpolate(cpu, test::random_tensor<float>(other, 3, 1), map).size(); }),
      "interpolate: the tensor's 30 sites are not the 30 that the map was made for; make a map for the sites of "
      "this tensor");
  auto const on_wider =
      SparseTensor<float, 2>(SiteSet<2>({.shape = {9, 10}}, Buffer<Coordinate<2>>(first.coordinates())), 1);
  EXPECT_EQ(
      message_of<ShapeError>([&] { return interpolate(cpu, on_wider, map).size(); }),
      "interpolate: the tensor's 30 sites are not the 30 that the map was made for (their grids differ: shape 9 x "
      "10, batch_size 1, and shape 9 x 9, batch_size 1); make a map for the sites of this tensor");
}

TEST(Interpolate, TakesNoPointsAndNoSites) {
  test::for_each_host_policy([&](auto const& where) {
    EXPECT_EQ(interpolate(where, SparseTensor<float, 3>{}, InterpolationMap<3>{}).size(), 0);
    SiteSet<1> const none;
    std::vector<float> const at{1, 2};
    auto const map = build_interpolation_map(where, none, MatrixView<float const>{at.data(), 2, 1});
    EXPECT_EQ(listed(interpolate(where, SparseTensor<float, 1>(none, 3), map)), std::vector<double>(6, 0.0));
  });
}

TEST(Interpolate, TakesNothingByAMapThatWasMovedFrom) {
  SparseTensor<float, 1> const tensor = line_of({0, 1}, {2, 3});
  std::vector<float> const at{0, 0.5F};
  auto map = build_interpolation_map(cpu, tensor.sites(), MatrixView<float const>{at.data(), 2, 1});
  auto const taken = std::move(map);
  EXPECT_EQ(interpolate(cpu, tensor, taken).size(), 2);
  EXPECT_EQ(map.size(), 0);                                              // NOLINT: what is left of it
  EXPECT_EQ(count_points_without_sites(cpu, map), 0);                    // NOLINT
  EXPECT_EQ(interpolate(cpu, SparseTensor<float, 1>{}, map).size(), 0);  // NOLINT
}

}  // namespace
}  // namespace sparseconv::interpolate_test

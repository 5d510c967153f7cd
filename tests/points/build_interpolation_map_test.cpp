#include "sparseconv/points/build_interpolation_map.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "sparseconv/index/parent_rows.hpp"
#include "sparseconv/layers/sparse_conv.hpp"
#include "sparseconv/layers/sparse_pool.hpp"
#include "sparseconv/points/cell_centre.hpp"
#include "sparseconv/points/interpolate.hpp"
#include "support/at_policy.hpp"
#include "support/emulated_gpu.hpp"
#include "support/error_message.hpp"
#include "support/interpolation_oracle.hpp"
#include "support/point_clouds.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::build_interpolation_map_test {
namespace {

using test::fine_grid;
using test::message_of;
using test::points_in_a_row;
using test::row_of_ten;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// The rows of a point that are there, and their weights.
template <int D, class Number>
std::map<std::int64_t, double> taken(InterpolationMap<D, Number> const& map, std::int64_t point) {
  std::map<std::int64_t, double> weights;
  for (std::int64_t k = 0; k < map.cells(); ++k) {
    Row const row = map.rows()(point, k);
    bool const is_linear = map.interpolation() == Interpolation::linear;
    double const weight = is_linear ? static_cast<double>(map.weights()(point, k)) : 1;
    if (row == no_row) {
      EXPECT_TRUE(!is_linear || weight == 0);
    } else {
      EXPECT_GT(weight, 0);
      EXPECT_TRUE(weights.emplace(row, weight).second) << "row " << row << " twice";
    }
  }
  return weights;
}

/// A matrix of positions, D columns and one more.
template <int D, class T>
struct Positions {
  std::vector<T> values = {};

  void add(std::vector<double> const& position) {
    for (double const number : position) values.push_back(static_cast<T>(number));
    values.push_back(T{99});
  }
  [[nodiscard]] MatrixView<T const> view() const {
    return {values.data(), static_cast<std::int64_t>(values.size()) / (D + 1), D + 1};
  }
  [[nodiscard]] std::vector<double> position(std::int64_t point) const {
    auto const from = view().row(point).first(D);
    return {from.begin(), from.end()};
  }
};

template <class Number>
void expect_near(std::map<std::int64_t, double> const& found, std::map<std::int64_t, double> const& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (auto const& [row, weight] : expected) {
    ASSERT_TRUE(found.contains(row));
    // One rounding to Number; and 1 - |distance| loses digits here where the distance is near 1.
    EXPECT_NEAR(found.at(row), weight, static_cast<double>(std::numeric_limits<Number>::epsilon()) * weight + 1e-12);
  }
}

/// The same rows and weights, bit for bit.
template <int D, class Number, class Policy, MemorySpace Memory>
void expect_same(Policy const& where, InterpolationMap<D, Number, Memory> const& map,
                 InterpolationMap<D, Number> const& expected) {
  ASSERT_EQ(map.size(), expected.size());
  ASSERT_EQ(map.cells(), expected.cells());
  ASSERT_EQ(map.weights().size(), expected.weights().size());
  auto const list = [&](auto const& view) {
    if constexpr (HostPolicy<Policy>) {
      return std::vector(view.data, view.data + view.size());
    } else {
      auto const copied = copy_to_host(where, view.data, view.size());
      return std::vector(copied.begin(), copied.end());
    }
  };
  EXPECT_EQ(list(map.rows()), list(expected.rows()));
  EXPECT_EQ(list(map.weights()), list(expected.weights()));
}

// Sites at 0, 1 and 3 of a line. At 0.25: three quarters of row 0, a quarter of row 1. At 1.5: only row 1 is there. At 2: nothing
// that has weight. At 3: row 2, whatever else. At -0.75: row 0. At 4.5: nothing.
TEST(BuildInterpolationMap, IsLinearByHand) {
  SiteSet<1> const sites = test::sites_of<1>({}, {{0, {0}}, {0, {1}}, {0, {3}}});
  Positions<1, float> points;
  for (double const at : {0.25, 1.5, 2.0, 3.0, -0.75, 4.5}) points.add({at});
  test::for_each_host_policy([&](auto const& where) {
    auto const map = build_interpolation_map(where, sites, points.view());
    EXPECT_EQ(std::vector<Row>(map.rows().values().begin(), map.rows().values().end()),
              (std::vector<Row>{0, 1, 1, -1, -1, -1, 2, -1, -1, 0, -1, -1}));
    EXPECT_EQ(std::vector<float>(map.weights().values().begin(), map.weights().values().end()),
              (std::vector<float>{0.75F, 0.25F, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0}));
    EXPECT_EQ(count_points_without_sites(where, map), 2);
    EXPECT_EQ(map.cells(), 2);
    EXPECT_EQ(map.size(), 6);
  });
}

// Cells of row and column 0 and 1, the last is not there: at (0.5, 0.75) the others weigh 1/8, 3/8, 1/8 of 5/8.
TEST(BuildInterpolationMap, SharesTheWeightOfWhatIsNotThereByHand) {
  SiteSet<2> const sites = test::sites_of<2>({}, {{0, {0, 0}}, {0, {0, 1}}, {0, {1, 0}}});
  Positions<2, double> points;
  points.add({0.5, 0.75});
  auto const map = build_interpolation_map<double>(seq, sites, points.view());
  EXPECT_EQ(std::vector<Row>(map.rows().values().begin(), map.rows().values().end()), (std::vector<Row>{0, 1, 2, -1}));
  EXPECT_EQ(std::vector<double>(map.weights().values().begin(), map.weights().values().end()),
            (std::vector<double>{0.125 / 0.625, 0.375 / 0.625, 0.125 / 0.625, 0}));
}

// A cell is from half below its centre to half above, which is the next one's.
TEST(BuildInterpolationMap, IsNearestByHand) {
  SiteSet<1> const sites = test::sites_of<1>({}, {{0, {-1}}, {0, {0}}, {0, {3}}});
  Positions<1, double> points;
  double const below_half = std::nextafter(0.5, 0);
  for (double const at : {-0.5, below_half, 0.5, 2.5, 3.4999, -1.5, std::nextafter(-0.5, -1), -1e-300})
    points.add({at});
  test::for_each_host_policy([&](auto const& where) {
    auto const map = build_interpolation_map(where, sites, points.view(), {.interpolation = Interpolation::nearest});
    EXPECT_EQ(std::vector<Row>(map.rows().values().begin(), map.rows().values().end()),
              (std::vector<Row>{1, 1, -1, 2, 2, 0, 0, 1}));
    EXPECT_EQ(map.weights().size(), 0);
    EXPECT_EQ(map.cells(), 1);
    EXPECT_EQ(count_points_without_sites(where, map), 1);
  });
}

template <int D, class T, class Number>
void expect_definition(std::int64_t sites_count, std::int64_t points_count) {
  Grid<D> const grid{.batch_size = 3};
  test::Indices const low(D, -4);
  test::Indices const high(D, D == 1 ? 40 : D == 4 ? 2 : 5);
  SiteSet<D> const sites = test::sites_of<D>(grid, test::random_coordinates<D>({low, high, {0, 2}}, sites_count, 11));
  test::InterpolationOracle const oracle(sites);
  test::RandomNumbers random(7);
  Positions<D, T> points;
  for (std::int64_t i = 0; i < points_count; ++i) {
    std::vector<double> position;
    for (int axis = 0; axis < D; ++axis) {
      double const whole = static_cast<double>(random.between(-6, high[0] + 1));
      bool const at_centre = random.between(0, 9) == 0;
      position.push_back(whole + (at_centre ? 0 : random.number<double>()));
    }
    points.add(position);
  }
  for (Interpolation const interpolation : {Interpolation::linear, Interpolation::nearest}) {
    PointPlacement<D> const placement{.interpolation = interpolation, .batch_item = 2};
    auto const expected = build_interpolation_map<Number>(seq, sites, points.view(), placement);
    std::int64_t without = 0;
    for (std::int64_t point = 0; point < points_count; ++point) {
      auto const position = points.position(point);
      auto const weights =
          interpolation == Interpolation::linear ? oracle.linear(position, 2) : oracle.nearest(position, 2);
      without += weights.empty();
      expect_near<Number>(taken(expected, point), weights);
      if (testing::Test::HasFailure()) return;
    }
    EXPECT_EQ(count_points_without_sites(seq, expected), without);
    EXPECT_GT(without, 0);
    EXPECT_LT(without, points_count);
    test::for_each_cpu_policy([&](auto const& where) {
      expect_same(where, build_interpolation_map<Number>(where, sites, points.view(), placement), expected);
      EXPECT_EQ(count_points_without_sites(where, expected), without);
    });
    // No site of this item.
    PointPlacement<D> const elsewhere{.interpolation = interpolation, .batch_item = 1};
    test::for_each_host_policy([&](auto const& where) {
      auto const none = build_interpolation_map<Number>(where, sites, points.view(), elsewhere);
      EXPECT_EQ(count_points_without_sites(where, none), points_count);
    });
  }
}

TEST(BuildInterpolationMap, IsWhatTheDefinitionSays) {
  expect_definition<1, float, float>(30, 300);
  expect_definition<2, double, float>(70, 500);
  expect_definition<3, float, double>(300, 500);
  expect_definition<3, double, float>(300, 500);
  expect_definition<4, double, double>(500, 300);
}

TEST(BuildInterpolationMap, IsTheSameOfFewPointsAmongManySites) {
  expect_definition<3, double, double>(400, 20);
}

// Above a range of work of a thread, and with sites that no points are near.
TEST(BuildInterpolationMap, HasTheSameBitsOnEveryPolicy) {
  PointCloud const cloud = test::random_cloud(9'001);
  auto const sites = voxelize(cpu, cloud, fine_grid).tensor.sites();
  PointCloud moved = cloud;
  for (float& number : moved.values) number = 0.7F * number + 0.03F;
  for (Interpolation const interpolation : {Interpolation::linear, Interpolation::nearest}) {
    PointPlacement<3> const placement{.interpolation = interpolation};
    auto const expected = build_interpolation_map(seq, sites, moved, fine_grid, placement);
    std::int64_t const without = count_points_without_sites(seq, expected);
    EXPECT_GT(without, 100);
    EXPECT_LT(without, 5'000);
    test::for_each_cpu_policy([&](auto const& where) {
      expect_same(where, build_interpolation_map(where, sites, moved, fine_grid, placement), expected);
    });
    test::EmulatedGpu const gpu;
    auto const there = build_interpolation_map(gpu, copy_to(gpu, sites), copy_to(gpu, moved), fine_grid, placement);
    expect_same(gpu, there, expected);
    EXPECT_EQ(count_points_without_sites(gpu, there), without);
  }
}

TEST(BuildInterpolationMap, KeepsNothingWithTheSites) {
  PointCloud const cloud = test::random_cloud(500);
  auto const sites = voxelize(cpu, cloud, fine_grid).tensor.sites();
  EXPECT_GT(build_interpolation_map(cpu, sites, cloud, fine_grid).bytes(), 0);
  EXPECT_EQ(sites.derived_bytes(), 0);
}

// Points on the faces of voxels and a rounding beside them, of sizes that no float has: voxelize decides in float.
TEST(BuildInterpolationMap, NearestIsTheVoxelThatVoxelizePutsAPointInto) {
  PointCloud cloud{.columns = 3};
  for (int i = -20; i <= 20; ++i) {
    for (int j = -10; j <= 10; ++j) {
      float const x = static_cast<float>(i) * 0.1F;
      float const y = static_cast<float>(j) * 0.2F;
      float const z = static_cast<float>(i + j) * 0.3F;
      float const less = std::nextafter(x, -9.F);
      float const more = std::nextafter(y, 9.F);
      cloud.values.insert(cloud.values.end(), {x, y, z, less, more, z, x, more, std::nextafter(z, -9.F)});
    }
  }
  for (std::array<double, 3> const& offset : {std::array<double, 3>{}, {0.1, -0.3, 0.7}}) {
    cloud.offset = offset;
    VoxelizedPoints<> const voxels = voxelize(seq, cloud, fine_grid);
    ASSERT_GT(voxels.tensor.size(), 100);
    auto const map = build_interpolation_map(seq, voxels.tensor.sites(), cloud, fine_grid,
                                             {.interpolation = Interpolation::nearest});
    EXPECT_TRUE(std::ranges::equal(map.rows().values(), voxels.row_of_point));
    // And after a pool the parent of that voxel.
    SparsePool3D const halve({.kernel_size = 2, .definition = OutputDefinition::floor});
    auto const pooled = halve(seq, voxels.tensor);
    Buffer<Row> const parents = parent_rows(seq, voxels.tensor.sites(), pooled.sites());
    auto const above =
        build_interpolation_map(seq, pooled.sites(), cloud, fine_grid,
                                {.interpolation = Interpolation::nearest, .centres = cell_centres(halve)});
    for (std::int64_t point = 0; point < cloud.size(); ++point) {
      Row const row = voxels.row_of_point[point];
      if (row == no_row) continue;
      EXPECT_EQ(above.rows()(point, 0), parents[row]);
    }
  }
}

// A point at a cell's centre takes that cell alone, on every level, wherever the layer's kernel puts the centre.
TEST(BuildInterpolationMap, FindsCentresOfLaterLevels) {
  PointCloud cloud = test::random_cloud(3'000);
  cloud.offset = {100, -50, 7};
  VoxelGrid grid = fine_grid;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    grid.low[axis] += cloud.offset[axis];
    grid.high[axis] += cloud.offset[axis];
  }
  auto const voxels = voxelize(cpu, cloud, grid).tensor;
  SparseConv3D<float> const even({.in_channels = 5, .out_channels = 2, .kernel_size = 2, .stride = 2});
  SparseConv3D<float> const odd(
      {.in_channels = 2, .out_channels = 2, .kernel_size = 3, .stride = {1, 2, 2}, .padding = {0, 1, 1}});
  auto const first = even(cpu, voxels);
  auto const second = odd(cpu, first);
  auto const expect_own = [&](SparseTensor<float, 3> const& level, CellCentres<3> const& centres) {
    PointCloud there{.columns = 3, .offset = cloud.offset};
    for (Coordinate<3> const& site : level.sites().coordinates()) {
      auto const metres = cell_centre(grid, site, centres);
      for (std::size_t axis = 0; axis < 3; ++axis) {
        there.values.push_back(static_cast<float>(metres[axis] - there.offset[axis]));
      }
    }
    for (Interpolation const interpolation : {Interpolation::linear, Interpolation::nearest}) {
      auto const map = build_interpolation_map(cpu, level.sites(), there, grid,
                                               {.interpolation = interpolation, .centres = centres});
      for (std::int64_t row = 0; row < level.size(); ++row) {
        auto const weights = taken(map, row);
        ASSERT_TRUE(weights.contains(row));
        EXPECT_NEAR(weights.at(row), 1, 1e-4) << "metres were rounded to float";
      }
    }
  };
  ASSERT_GT(second.size(), 50);
  expect_own(voxels, {});
  expect_own(first, cell_centres(even));
  expect_own(second, cell_centres(even).then(cell_centres(odd)));
}

// TorchSparse: the corner is floor(p / stride), p in voxels from the grid's corner, and the weight of it 1 - (p / stride - floor).
TEST(BuildInterpolationMap, PlacesSitesAtCornersWhereAsked) {
  SiteSet<3> const sites = test::sites_of<3>({.shape = {1, 1, 5}}, {{0, {0, 0, 1}}, {0, {0, 0, 2}}});
  PointCloud cloud = points_in_a_row({{2, 0}, {2.5F, 0}, {4.75F, 0}});
  for (std::size_t i = 0; i < cloud.values.size(); i += 4) cloud.values[i + 1] = cloud.values[i + 2] = 0;
  auto const map =
      build_interpolation_map<double>(seq, sites, cloud, row_of_ten, {.centres = cells_at_corners<3>({1, 1, 2})});
  using Weights = std::map<std::int64_t, double>;
  EXPECT_EQ(taken(map, 0), (Weights{{0, 1}}));
  EXPECT_EQ(taken(map, 1), (Weights{{0, 0.75}, {1, 0.25}}));
  EXPECT_EQ(taken(map, 2), (Weights{{1, 1}})) << "the cell behind it is not there";
}

// Positions that no 64 bits hold, or no 32: nothing is converted, and nothing is there.
TEST(BuildInterpolationMap, FindsNothingAroundPositionsThatAreNowhere) {
  constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();
  constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();
  SiteSet<2> const sites = test::sites_of<2>({}, {{0, {least, 0}}, {0, {0, 0}}, {0, {most, 0}}});
  Positions<2, double> points;
  for (double const at : {not_a_number, infinity, -infinity, 1e300, -1e300, 0x1p63, -0x1p63, 0x1p31, -0x1p31 - 1}) {
    points.add({at, 0});
    points.add({0, at});
  }
  std::int64_t const nowhere = points.view().rows;
  points.add({-0x1p31 - 0.75, 0});
  points.add({0x1p31 - 0.75, 0.5});
  points.add({0, 0});
  for (Interpolation const interpolation : {Interpolation::linear, Interpolation::nearest}) {
    test::for_each_host_policy([&](auto const& where) {
      auto const map = build_interpolation_map(where, sites, points.view(), {.interpolation = interpolation});
      for (std::int64_t point = 0; point < nowhere; ++point) EXPECT_TRUE(taken(map, point).empty()) << point;
      bool const is_linear = interpolation == Interpolation::linear;
      EXPECT_EQ(taken(map, nowhere).contains(0), is_linear) << "a quarter of a cell of it is left";
      EXPECT_EQ(taken(map, nowhere + 1).contains(2), is_linear);
      EXPECT_TRUE(taken(map, nowhere + 2).contains(1));
    });
  }
}

// Weights of 1e-200 along each of two axes: their product is 0 in double. One of 1e-60 is 0 in float.
TEST(BuildInterpolationMap, HasNoRowWithoutWeight) {
  SiteSet<2> const sites = test::sites_of<2>({}, {{0, {0, 0}}, {0, {1, 1}}});
  Positions<2, double> points;
  points.add({1e-200, 1e-200});
  points.add({1e-30, 1e-30});
  test::for_each_host_policy([&](auto const& where) {
    auto const map = build_interpolation_map(where, sites, points.view());
    EXPECT_EQ(taken(map, 0), (std::map<std::int64_t, double>{{0, 1}}));
    EXPECT_EQ(taken(map, 1), (std::map<std::int64_t, double>{{0, 1}}));
    auto const wide = build_interpolation_map<double>(where, sites, points.view());
    EXPECT_EQ(taken(wide, 0).size(), 1U);
    EXPECT_EQ(taken(wide, 1).size(), 2U);
  });
}

// Sites so far apart that a coordinate takes more bits than keys have.
TEST(BuildInterpolationMap, TakesSitesThatNoKeyHolds) {
  constexpr std::int32_t far = 2'000'000'000;
  SiteSet<4> const sites =
      test::sites_of<4>({.batch_size = 2}, {{0, {-far, -far, -far, -far}}, {1, {far, far, far, far}}});
  Positions<4, double> points;
  points.add({far - 0.5, far, far, far + 0.25});
  test::for_each_host_policy([&](auto const& where) {
    auto const map = build_interpolation_map(where, sites, points.view(), {.batch_item = 1});
    EXPECT_EQ(taken(map, 0), (std::map<std::int64_t, double>{{1, 1}}));
  });
}

TEST(BuildInterpolationMap, TakesPointsInAnyArrangement) {
  PointCloud const cloud = test::random_cloud(2'000);
  StridedPoints const points{.bytes = std::as_bytes(std::span(cloud.values)),
                             .fields = {{"x", 0}, {"y", 4}, {"z", 8}},
                             .width = 2'000,
                             .point_step = 20};
  auto const sites = voxelize(cpu, cloud, fine_grid).tensor.sites();
  auto const expected = build_interpolation_map(seq, sites, cloud, fine_grid);
  test::for_each_host_policy([&](auto const& where) {
    expect_same(where, build_interpolation_map(where, sites, points, fine_grid), expected);
  });
}

TEST(BuildInterpolationMap, TakesNoPointsAndNoSites) {
  test::for_each_host_policy([&](auto const& where) {
    SiteSet<3> const none(Grid<3>{.shape = {10, 16, 30}}, Buffer<Coordinate<3>>{});
    auto const around = build_interpolation_map(where, none, test::random_cloud(100), fine_grid);
    EXPECT_EQ(around.size(), 100);
    EXPECT_EQ(count_points_without_sites(where, around), 100);
    auto const map = build_interpolation_map(where, none, PointCloud{}, fine_grid);
    EXPECT_EQ(map.size(), 0);
    EXPECT_EQ(count_points_without_sites(where, map), 0);
  });
  EXPECT_EQ((count_points_without_sites(seq, InterpolationMap<3>{})), 0);
}

TEST(BuildInterpolationMap, SaysWhatDoesNotFit) {
  PointCloud const cloud = points_in_a_row({{7, 1}});
  auto const voxels = voxelize(seq, cloud, row_of_ten).tensor;
  auto const sites = voxels.sites();
  auto const built = [&](auto const&... arguments) { return build_interpolation_map(seq, arguments...).size(); };
  EXPECT_EQ(message_of<ShapeError>([&] { return built(sites, cloud, fine_grid); }),
            "build_interpolation_map: the sites lie on the shape 1 x 1 x 10, the grid has 10 x 16 x 30 voxels; give "
            "the grid that the sites were made with, or for sites of a later level `centres`, as cell_centres(layer) "
            "says them");
  EXPECT_EQ(
      message_of<CoordinateError>([&] { return built(sites, cloud, row_of_ten, PointPlacement<3>{.batch_item = 1}); }),
      "build_interpolation_map: batch item 1 of a batch of 1; items are numbered from 0 to batch_size - 1");
  EXPECT_EQ(message_of<ShapeError>([&] { return built(sites, PointCloud{.columns = 2}, row_of_ten); }),
            "build_interpolation_map: the cloud has 2 columns; it needs x, y and z at least");
  CellCentres<3> flat;
  flat.scale[1] = 0;
  EXPECT_EQ(message_of<ShapeError>([&] { return built(sites, cloud, row_of_ten, PointPlacement<3>{.centres = flat}); }),
            "build_interpolation_map: along axis 1 the centres have scale 0 and shift 0; a scale is above 0 and both "
            "are finite, as cell_centres gives them");
  std::vector<double> const two{1, 2};
  EXPECT_EQ(message_of<ShapeError>([&] {
              return built(sites, MatrixView<double const>{two.data(), 1, 2});
            }),
            "build_interpolation_map: the points have 2 columns, the sites 3 axes; give a position one column for "
            "each axis");
  EXPECT_EQ(message_of<CoordinateError>([&] {
              return built(sites, MatrixView<double const>{nullptr, 0, 3}, PointPlacement<3>{.batch_item = -1});
            }),
            "build_interpolation_map: batch item -1 of a batch of 1; items are numbered from 0 to batch_size - 1");
  EXPECT_EQ(message_of<ShapeError>([&] {
              return built(sites, MatrixView<double const>{nullptr, 3, 3});
            }),
            "build_interpolation_map: the points' view of 3 rows of 3 columns has no data; give the address of its "
            "first number");
  EXPECT_EQ(message_of<CapacityError>([&] {
              return built(sites, MatrixView<double const>{two.data(), std::int64_t{1} << 31, 3});
            }),
            "build_interpolation_map: 2147483648 points; rows are numbered up to 2^31 - 1, so split the cloud");
}

}  // namespace
}  // namespace sparseconv::build_interpolation_map_test

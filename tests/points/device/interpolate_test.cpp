// Interpolation maps and features of a device policy are those of `seq`, bit for bit.
#include "sparseconv/points/interpolate.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

#include "sparseconv/points/build_interpolation_map.hpp"
#include "sparseconv/points/build_interpolation_map_batch.hpp"
#include "sparseconv/points/voxelize_batch.hpp"
#include "support/device_policies.hpp"
#include "support/error_message.hpp"
#include "support/point_clouds.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::device_interpolate_test {
namespace {

using test::fine_grid;

template <class Numbers>
auto listed(Numbers const& numbers) {
  std::vector<double> all;
  for (auto const number : numbers) all.push_back(static_cast<double>(number));
  return all;
}

template <class Where>
class DeviceInterpolate : public test::DeviceTest<Where> {};
TYPED_TEST_SUITE(DeviceInterpolate, test::DevicePolicies);

/// Map, count and features on the device as on the host; the map and the features do not wait.
template <class T, class Policy, int D, class... Points>
void expect_same(Policy const& where, SiteSet<D> const& sites, PointPlacement<D> const& placement, auto const& there,
                 auto const& here, Points const&... grid) {
  using Sum = Accumulator<T>;
  auto const tensor = test::random_tensor<T>(sites, 5, 3);
  auto const expected = build_interpolation_map<Sum>(seq, sites, here, grid..., placement);
  auto const tensor_there = copy_to(where, tensor);
  test::expect_waits(where, 0, [&] {
    static_cast<void>(interpolate(
        where, tensor_there, build_interpolation_map<Sum>(where, tensor_there.sites(), there, grid..., placement)));
  });
  auto const map = build_interpolation_map<Sum>(where, tensor_there.sites(), there, grid..., placement);
  EXPECT_EQ(listed(copy_to_host(where, map.rows().data, map.rows().size())), listed(expected.rows().values()));
  EXPECT_EQ(listed(copy_to_host(where, map.weights().data, map.weights().size())), listed(expected.weights().values()));
  std::int64_t const without = count_points_without_sites(seq, expected);
  EXPECT_EQ(count_points_without_sites(where, map), without);
  EXPECT_GT(without, 0);
  EXPECT_LT(without, expected.size());
  EXPECT_EQ(listed(copy_to_host(where, interpolate(where, tensor_there, map))),
            listed(interpolate(seq, tensor, expected)));
}

TYPED_TEST(DeviceInterpolate, IsThatOfTheHostForAScan) {
  auto const& where = TypeParam::policy();
  PointCloud const cloud = test::random_cloud(3'007);
  auto const sites = voxelize(seq, cloud, fine_grid).tensor.sites();
  auto const there = copy_to(where, cloud);
  for (Interpolation const interpolation : {Interpolation::linear, Interpolation::nearest}) {
    PointPlacement<3> const placement{.interpolation = interpolation};
    expect_same<float>(where, sites, placement, there, cloud, fine_grid);
    expect_same<bfloat16>(where, sites, placement, there, cloud, fine_grid);
  }
}

template <class T, class Number, int D, class Policy>
void expect_same_of_positions(Policy const& where) {
  SiteSet<D> const sites = test::random_site_set<D>({.shape = PerAxis<D>(6), .batch_size = 2}, 40 << D, 5);
  test::RandomNumbers random(9);
  std::vector<Number> numbers;
  for (std::int64_t i = 0; i < 700 * D; ++i) {
    bool const is_nowhere = random.between(0, 50) == 0;
    numbers.push_back(is_nowhere
                          ? std::numeric_limits<Number>::infinity()
                          : static_cast<Number>(random.between(-2, i % D == 0 ? 12 : 6)) + random.number<Number>());
  }
  Buffer<Number> const positions{std::span<Number const>(numbers)};
  auto const positions_there = copy_to(where, positions);
  using Memory = typename Policy::Memory;
  CellCentres<D> centres;
  centres.scale[0] = 2;
  centres.shift[0] = 0.5;
  for (Interpolation const interpolation : {Interpolation::linear, Interpolation::nearest}) {
    PointPlacement<D> const placement{.interpolation = interpolation, .centres = centres, .batch_item = 1};
    expect_same<T>(where, sites, placement, MatrixView<Number const, Memory>{positions_there.data(), 700, D},
                   MatrixView<Number const>{positions.data(), 700, D});
  }
}

TYPED_TEST(DeviceInterpolate, IsThatOfTheHostForPositionsAmongCells) {
  auto const& where = TypeParam::policy();
  expect_same_of_positions<half, float, 1>(where);
  expect_same_of_positions<double, double, 2>(where);
  expect_same_of_positions<float, double, 3>(where);
  expect_same_of_positions<double, float, 4>(where);
}

TYPED_TEST(DeviceInterpolate, ComparesSitesThatAreNotOneSet) {
  auto const& where = TypeParam::policy();
  auto const sites = test::random_site_set<2>({.shape = {9, 9}}, 30, 1);
  auto const other = test::random_site_set<2>({.shape = {9, 9}}, 30, 2);
  Buffer<float> const positions(2, 1.5F);
  auto const there = copy_to(where, positions);
  auto const map = build_interpolation_map(
      where, copy_to(where, sites),
      MatrixView<float const, typename std::decay_t<decltype(where)>::Memory>{there.data(), 1, 2});
  auto const equal = copy_to(where, test::random_tensor<float>(sites, 3, 1));
  EXPECT_EQ(interpolate(where, equal, map).size(), 3);
  auto const wrong = copy_to(where, test::random_tensor<float>(other, 3, 1));
  EXPECT_EQ(test::message_of<ShapeError>([&] { return interpolate(where, wrong, map).size(); }),
            "interpolate: the tensor's 30 sites are not the 30 that the map was made for; make a map for the sites of "
            "this tensor");
}

TYPED_TEST(DeviceInterpolate, TakesCloudsOfABatchWithoutAWait) {
  auto const& where = TypeParam::policy();
  std::vector<PointCloud> const clouds{test::random_cloud(1'003), PointCloud{.columns = 5}, test::random_cloud(701)};
  auto const tensor = test::random_tensor<float>(voxelize(seq, clouds, fine_grid).tensor.sites(), 5, 3);
  auto const tensor_there = copy_to(where, tensor);
  std::vector<decltype(copy_to(where, clouds[0]))> there;
  for (PointCloud const& cloud : clouds) there.push_back(copy_to(where, cloud));
  for (Interpolation const interpolation : {Interpolation::linear, Interpolation::nearest}) {
    PointPlacement<3> const placement{.interpolation = interpolation};
    auto const build = [&] {
      return interpolate(where, tensor_there,
                         build_interpolation_map(where, tensor_there.sites(), there, fine_grid, placement));
    };
    test::expect_waits(where, 0, [&] { static_cast<void>(build()); });
    EXPECT_EQ(
        listed(copy_to_host(where, build())),
        listed(interpolate(seq, tensor, build_interpolation_map(seq, tensor.sites(), clouds, fine_grid, placement))));
  }
}

TYPED_TEST(DeviceInterpolate, TakesNoPointsAndNoSites) {
  auto const& where = TypeParam::policy();
  auto const none =
      copy_to(where, SparseTensor<float, 3>(SiteSet<3>(Grid<3>{.shape = {10, 16, 30}}, Buffer<Coordinate<3>>{}), 2));
  auto const map = build_interpolation_map(where, none.sites(), copy_to(where, test::random_cloud(50)), fine_grid);
  EXPECT_EQ(count_points_without_sites(where, map), 50);
  EXPECT_EQ(listed(copy_to_host(where, interpolate(where, none, map))), std::vector<double>(100, 0.0));
  auto const empty = build_interpolation_map(where, none.sites(), copy_to(where, PointCloud{}), fine_grid);
  EXPECT_EQ(count_points_without_sites(where, empty), 0);
  EXPECT_EQ(interpolate(where, none, empty).size(), 0);
}

}  // namespace
}  // namespace sparseconv::device_interpolate_test

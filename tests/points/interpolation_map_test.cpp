#include "sparseconv/points/interpolation_map.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

#include "sparseconv/points/build_interpolation_map.hpp"
#include "sparseconv/points/interpolate.hpp"
#include "support/device_policies.hpp"
#include "support/error_message.hpp"
#include "support/point_clouds.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::interpolation_map_test {
namespace {

template <class Where>
class InterpolationMapOnADevice : public test::DeviceTest<Where> {};
TYPED_TEST_SUITE(InterpolationMapOnADevice, test::DevicePolicies);

template <class Number>
void expect_same(InterpolationMap<3, Number> const& map, InterpolationMap<3, Number> const& expected) {
  EXPECT_EQ(map.interpolation(), expected.interpolation());
  EXPECT_EQ(map.size(), expected.size());
  EXPECT_EQ(map.bytes(), expected.bytes());
  EXPECT_TRUE(std::ranges::equal(map.sites().coordinates(), expected.sites().coordinates()));
  EXPECT_TRUE(std::ranges::equal(map.rows().values(), expected.rows().values()));
  EXPECT_TRUE(std::ranges::equal(map.weights().values(), expected.weights().values()));
}

// A map of the host serves a device's tensor, without a wait where it lies on the tensor's own sites; and comes back as it was.
TYPED_TEST(InterpolationMapOnADevice, IsCopiedThereAndBack) {
  auto const& where = TypeParam::policy();
  PointCloud const cloud = test::random_cloud(1'003);
  auto const tensor = test::random_tensor<float>(voxelize(seq, cloud, test::fine_grid).tensor.sites(), 5, 3);
  auto const tensor_there = copy_to(where, tensor);
  for (Interpolation const interpolation : {Interpolation::linear, Interpolation::nearest}) {
    auto const map =
        build_interpolation_map(seq, tensor.sites(), cloud, test::fine_grid, {.interpolation = interpolation});
    auto const there = copy_to(where, map, tensor_there.sites());
    test::expect_waits(where, 0, [&] { static_cast<void>(interpolate(where, tensor_there, there)); });
    EXPECT_TRUE(std::ranges::equal(copy_to_host(where, interpolate(where, tensor_there, there)),
                                   interpolate(seq, tensor, map)));
    auto const back = copy_to_host(where, there, tensor.sites());
    expect_same(back, map);
    EXPECT_EQ(interpolate(seq, tensor, back).size(), 1'003 * 5);
    // With sites of its own.
    auto const apart = copy_to(where, map);
    EXPECT_EQ(interpolate(where, tensor_there, apart).size(), 1'003 * 5);
    expect_same(copy_to_host(where, apart), map);
  }
  auto const wide = build_interpolation_map<double>(seq, tensor.sites(), cloud, test::fine_grid);
  expect_same(copy_to_host(where, copy_to(where, wide)), wide);
}

TYPED_TEST(InterpolationMapOnADevice, OfNoPointsIsCopied) {
  auto const& where = TypeParam::policy();
  expect_same(copy_to_host(where, copy_to(where, InterpolationMap<3>{})), InterpolationMap<3>{});
}

TYPED_TEST(InterpolationMapOnADevice, SaysWhichSitesDoNotFit) {
  auto const& where = TypeParam::policy();
  auto const sites = test::random_site_set<2>({.shape = {9, 9}}, 30, 1);
  auto const others = test::random_site_set<2>({.shape = {9, 9}}, 29, 1);
  Buffer<float> const at(2, 1.5F);
  auto const map = build_interpolation_map(seq, sites, MatrixView<float const>{at.data(), 1, 2});
  EXPECT_EQ(test::message_of<ShapeError>([&] { return copy_to(where, map, copy_to(where, others)).size(); }),
            "copy_to: the map was made for 30 sites, those given are 29; give a copy of the map's own sites");
  auto const there = copy_to(where, map);
  EXPECT_EQ(test::message_of<ShapeError>([&] { return copy_to_host(where, there, others).size(); }),
            "copy_to_host: the map was made for 30 sites, those given are 29; give a copy of the map's own sites");
}

}  // namespace
}  // namespace sparseconv::interpolation_map_test

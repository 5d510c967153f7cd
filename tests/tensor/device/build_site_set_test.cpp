// Lists of points become the same sites on a device as on the host, and the same tensors.
#include "sparseconv/tensor/build_site_set.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "sparseconv/tensor/copy_to.hpp"
#include "sparseconv/tensor/dense.hpp"
#include "sparseconv/tensor/make_sparse_tensor.hpp"
#include "sparseconv/tensor/point_features.hpp"
#include "support/device_policies.hpp"
#include "support/error_message.hpp"
#include "support/random_sites.hpp"
#include "support/same_index.hpp"

namespace sparseconv::device_build_site_set_test {
namespace {

using test::message_of;

template <class Where>
class DeviceSites : public test::DeviceTest<Where> {};
TYPED_TEST_SUITE(DeviceSites, test::DevicePolicies);

template <int D>
std::span<Coordinate<D> const> span_of(std::vector<Coordinate<D>> const& list) {
  return list;
}

/// A list with every third coordinate twice or three times, in no order.
std::vector<Coordinate<3>> with_repeats(std::int64_t count, std::uint32_t seed) {
  auto list = test::random_coordinates<3>({{0, 0, 0}, {30, 31, 32}, {0, 2}}, count, seed);
  for (std::int64_t i = 0; i < count; i += 3) list.push_back(list[static_cast<std::size_t>(i)]);
  for (std::int64_t i = 0; i < count; i += 9) list.push_back(list[static_cast<std::size_t>(i)]);
  test::RandomNumbers(seed).shuffle(list);
  return list;
}

constexpr Grid<3> room{.shape = {31, 32, 33}, .batch_size = 3};

TYPED_TEST(DeviceSites, AreThoseOfTheHost) {
  auto const& where = TypeParam::policy();
  for (std::int64_t const count : {0, 1, 31, 64, 2000}) {
    auto const list = with_repeats(count, 3);
    auto const here = build_site_set(seq, room, span_of(list));
    auto const there = build_site_set(where, room, copy_to(where, span_of(list)));
    EXPECT_TRUE(test::same_sites(copy_to_host(where, there.sites), here.sites));
    EXPECT_TRUE(std::ranges::equal(copy_to_host(where, there.row_of_point), here.row_of_point));
    EXPECT_TRUE(std::ranges::equal(copy_to_host(where, there.points_by_site), here.points_by_site));
    EXPECT_TRUE(std::ranges::equal(copy_to_host(where, there.first_point), here.first_point));
  }
}

TYPED_TEST(DeviceSites, OfFarApartPointsAreThoseOfTheHost) {
  auto const& where = TypeParam::policy();
  constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();
  constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();
  std::vector<Coordinate<3>> const list{{0, {most, least, 5}}, {0, {least, most, -5}}, {0, {0, 0, 0}},
                                        {0, {0, 0, 1}},        {0, {most, least, 4}},  {0, {0, 0, 0}}};
  auto const here = build_site_set(seq, Grid<3>{}, span_of(list));
  auto const there = build_site_set(where, Grid<3>{}, copy_to(where, span_of(list)));
  EXPECT_TRUE(test::same_sites(copy_to_host(where, there.sites), here.sites));
  EXPECT_TRUE(std::ranges::equal(copy_to_host(where, there.row_of_point), here.row_of_point));
}

TYPED_TEST(DeviceSites, NameTheFirstPointOutsideTheGrid) {
  auto const& where = TypeParam::policy();
  std::vector<Coordinate<2>> list(200, Coordinate<2>{0, {1, 1}});
  list[130] = {0, {1, 9}};
  list[131] = {3, {1, 1}};
  Grid<2> const grid{.shape = {4, 9}};
  auto const message = message_of<CoordinateError>([&] { (void)build_site_set(seq, grid, span_of(list)); });
  EXPECT_EQ(message_of<CoordinateError>([&] { (void)build_site_set(where, grid, copy_to(where, span_of(list))); }),
            message);
}

template <class T, class Policy>
void expect_same_tensor(Policy const& where, Duplicates duplicates) {
  auto const list = with_repeats(500, 4);
  auto const features = test::random_numbers<T>(static_cast<std::int64_t>(list.size()) * 5, 5);
  auto const here = make_sparse_tensor<T, 3>(seq, room, span_of(list), std::span<T const>(features), duplicates);
  auto const there =
      make_sparse_tensor<T, 3>(where, room, copy_to(where, span_of(list)), copy_to(where, features), duplicates);
  auto const back = copy_to_host(where, there);
  EXPECT_TRUE(test::same_sites(back.sites(), here.sites()));
  EXPECT_TRUE(std::ranges::equal(back.features().values(), here.features().values()));
}

TYPED_TEST(DeviceSites, HaveTheFeaturesOfTheHost) {
  for (auto const duplicates : {Duplicates::sum, Duplicates::mean, Duplicates::max, Duplicates::first}) {
    expect_same_tensor<float>(TypeParam::policy(), duplicates);
    expect_same_tensor<double>(TypeParam::policy(), duplicates);
    expect_same_tensor<half>(TypeParam::policy(), duplicates);
  }
}

TYPED_TEST(DeviceSites, RejectRepeatsWithTheSentenceOfTheHost) {
  auto const& where = TypeParam::policy();
  auto const list = with_repeats(20, 6);
  Buffer<float> const features(static_cast<std::int64_t>(list.size()), 1.F);
  auto const message = message_of<CoordinateError>(
      [&] { (void)make_sparse_tensor<float, 3>(seq, room, span_of(list), std::span<float const>(features)); });
  EXPECT_NE(message.find("are both at"), std::string::npos);
  EXPECT_EQ(message_of<CoordinateError>([&] {
              (void)make_sparse_tensor<float, 3>(where, room, copy_to(where, span_of(list)), copy_to(where, features));
            }),
            message);
}

TYPED_TEST(DeviceSites, BringFeaturesBackToPoints) {
  auto const& where = TypeParam::policy();
  auto const tensor = test::random_tensor<float>(test::random_site_set(room, 70, 7), 3, 8);
  Buffer<Row> rows(100);
  for (std::int64_t i = 0; i < 100; ++i) rows[i] = i % 7 == 0 ? no_row : static_cast<Row>(i * 13 % 70);
  auto const there = features_to_points(where, copy_to(where, tensor), copy_to(where, rows));
  EXPECT_TRUE(std::ranges::equal(copy_to_host(where, there), features_to_points(seq, tensor, rows)));
  rows[50] = 70;
  EXPECT_EQ(
      message_of<ShapeError>([&] { (void)features_to_points(where, copy_to(where, tensor), copy_to(where, rows)); }),
      "features_to_points: row 70 of a tensor of 70 sites; give the row_of_point that came with these sites");
}

TYPED_TEST(DeviceSites, GoToDenseArraysAndComeBack) {
  auto const& where = TypeParam::policy();
  auto const tensor = test::random_tensor<float>(test::random_site_set(room, 300, 9), 4, 10);
  auto const there = copy_to(where, tensor);
  auto const dense = to_dense(where, there);
  auto const expected = to_dense(seq, tensor);
  EXPECT_EQ(dense.shape, expected.shape);
  EXPECT_TRUE(std::ranges::equal(copy_to_host(where, dense).values, expected.values));
  auto const back = copy_to_host(where, from_dense(where, dense));
  EXPECT_TRUE(test::same_sites(back.sites(), tensor.sites()));
  EXPECT_TRUE(std::ranges::equal(back.features().values(), tensor.features().values()));

  DenseTensor<float, 3> const empty{.shape = {0, 4, 31, 32, 33}, .values = {}};
  EXPECT_EQ(from_dense(where, copy_to(where, empty)).size(), 0);
  EXPECT_EQ(to_dense(where, copy_to(where, SparseTensor<float, 3>(SiteSet<3>(room, {}), 2))).values.size(),
            3 * 2 * 31 * 32 * 33);
}

}  // namespace
}  // namespace sparseconv::device_build_site_set_test

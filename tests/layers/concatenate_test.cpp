#include "sparseconv/layers/concatenate.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "layers/layer_oracle.hpp"
#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::concatenate_test {
namespace {

using test::message_of;

constexpr Grid<2> image{.shape = {30, 31}, .batch_size = 2};

template <class Where>
class Concatenate : public ::testing::Test {};
TYPED_TEST_SUITE(Concatenate, test::Policies);

TYPED_TEST(Concatenate, ByHand) {
  auto const sites = test::sites_of(image, {{0, {1, 2}}, {1, {3, 0}}});
  auto const tensor = [&](std::vector<float> const& numbers) {
    return SparseTensor<float, 2>(sites, static_cast<std::int64_t>(numbers.size()) / 2,
                                  Buffer<float>(std::span<float const>(numbers)));
  };
  auto const a = tensor({1, 2, 3, 4});
  auto const b = tensor({5, 6});
  auto const& where = TypeParam::policy();
  auto const result = concatenate(where, a, b);
  EXPECT_TRUE(result.sites().is(sites));
  EXPECT_EQ(result.channels(), 3);
  EXPECT_EQ(test::features_of(result), (std::vector<float>{1, 2, 5, 3, 4, 6}));
  EXPECT_EQ(test::features_of(concatenate(where, b, a, b)), (std::vector<float>{5, 1, 2, 5, 6, 3, 4, 6}));
  std::vector<SparseTensor<float, 2> const*> const one{&a};
  EXPECT_EQ(test::features_of(concatenate(where, one)), test::features_of(a));
}

/// Every number of the parts where it belongs, also where there are more rows than one thread takes.
template <class T, int D, class Policy>
void expect_parts(Policy const& where, Grid<D> const& grid, std::int64_t count) {
  auto const sites = test::random_site_set(grid, count, 1);
  std::vector<SparseTensor<T, D>> parts;
  for (std::int64_t const channels : {3, 1, 0, 33, 17, 5}) {
    parts.push_back(test::random_tensor<T>(sites, channels, static_cast<std::uint32_t>(channels)));
  }
  std::vector<SparseTensor<T, D> const*> list;
  for (auto const& part : parts) list.push_back(&part);
  auto const result = concatenate(where, list);
  ASSERT_EQ(result.channels(), 59);
  std::int64_t first = 0;
  for (auto const& part : parts) {
    for (std::int64_t row = 0; row < sites.size(); ++row) {
      for (std::int64_t c = 0; c < part.channels(); ++c) {
        ASSERT_EQ(static_cast<double>(result.features()(row, first + c)),
                  static_cast<double>(std::as_const(part).features()(row, c)))
            << row << ", " << first + c;
      }
    }
    first += part.channels();
  }
}

TYPED_TEST(Concatenate, PutsEveryChannelInItsPlace) {
  auto const& where = TypeParam::policy();
  expect_parts<float>(where, image, 700);
  expect_parts<double>(where, Grid<3>{.shape = {9, 9, 9}}, 70);
  expect_parts<half>(where, Grid<1>{.shape = {60}}, 20);
  expect_parts<bfloat16>(where, Grid<4>{.shape = {4, 4, 4, 4}}, 20);
  expect_parts<float>(where, image, 0);
}

TYPED_TEST(Concatenate, TakesEqualSitesAndGivesTheFirst) {
  auto const a = test::random_tensor<float>(test::random_site_set(image, 70, 1), 2, 1);
  auto const b = test::random_tensor<float>(test::random_site_set(image, 70, 1), 2, 1);
  ASSERT_FALSE(a.sites().is(b.sites()));
  auto const result = concatenate(TypeParam::policy(), a, b);
  EXPECT_TRUE(result.sites().is(a.sites()));
  EXPECT_EQ(result.sites().derived_bytes(), 0);
}

TYPED_TEST(Concatenate, RefusesWhatDoesNotFit) {
  auto const& where = TypeParam::policy();
  auto const a = test::random_tensor<float>(test::random_site_set(image, 70, 1), 2, 1);
  auto const other = test::random_tensor<float>(test::random_site_set(image, 70, 2), 2, 1);
  auto const fewer = test::random_tensor<float>(test::random_site_set(image, 60, 1), 2, 1);
  EXPECT_EQ(
      message_of<ShapeError>([&] { (void)concatenate(where, a, other); }),
      "concatenate: the 70 sites of tensor 1 are not the first's 70; give tensors on the same sites, in grids of one "
      "batch size and shape");
  EXPECT_EQ(message_of<ShapeError>([&] { (void)concatenate(where, a, a, fewer); }).substr(0, 66),
            "concatenate: the 60 sites of tensor 2 are not the first's 70; give");
  Grid<2> const longer{.shape = {30, 32}, .batch_size = 2};
  SparseTensor<float, 2> const elsewhere(SiteSet<2>(longer, Buffer<Coordinate<2>>(a.sites().coordinates())), 2);
  EXPECT_THROW((void)concatenate(where, a, elsewhere), ShapeError);
  std::vector<SparseTensor<float, 2> const*> list;
  EXPECT_EQ(message_of<ShapeError>([&] { (void)concatenate(where, list); }),
            "concatenate: a list of no tensors; give at least one");
  list = {&a, nullptr};
  EXPECT_EQ(message_of<ShapeError>([&] { (void)concatenate(where, list); }),
            "concatenate: tensor 1 of the list has no address; give that of a tensor");
  SparseTensor<float, 2> const wide(SiteSet<2>{}, std::numeric_limits<std::int64_t>::max() - 1);
  EXPECT_EQ(message_of<CapacityError>([&] { (void)concatenate(where, wide, wide); }),
            "concatenate: more than 9223372036854775807 channels cannot be counted; take fewer");
}

}  // namespace
}  // namespace sparseconv::concatenate_test

#include "sparseconv/layers/add.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "layers/layer_oracle.hpp"
#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::add_test {
namespace {

using test::message_of;

constexpr Grid<2> image{.shape = {30, 31}, .batch_size = 2};

template <class Where>
class Add : public ::testing::Test {};
TYPED_TEST_SUITE(Add, test::Policies);

TYPED_TEST(Add, ByHand) {
  auto const sites = test::sites_of(image, {{0, {1, 2}}, {1, {3, 0}}});
  auto const tensor = [&](std::array<float, 4> const& numbers) {
    return SparseTensor<float, 2>(sites, 2, Buffer<float>(std::span<float const>(numbers)));
  };
  auto const a = tensor({1, 2, 3, 4});
  auto const b = tensor({5, -6, -3, 0.5F});
  auto const& where = TypeParam::policy();
  auto const result = add(where, a, b);
  EXPECT_TRUE(result.sites().is(sites));
  EXPECT_EQ(test::features_of(result), (std::vector<float>{6, -4, 0, 4.5F}));
  EXPECT_EQ(test::features_of(add(where, a, b, relu)), (std::vector<float>{6, 0, 0, 4.5F}));
  EXPECT_EQ(test::features_of(add(where, a, b, leaky_relu(0.5))), (std::vector<float>{6, -2, 0, 4.5F}));
}

// The sum is -(1 + 3 x 2^-11). Rounded to half before the activation it is -(1 + 4 x 2^-11), of which 0.75 is 0.75 + 3 x 2^-11;
// rounded once, 0.75 + 2.25 x 2^-11 becomes 0.75 + 2 x 2^-11.
TYPED_TEST(Add, RoundsOnceAfterTheActivation) {
  auto const sites = test::sites_of(image, {{0, {1, 2}}});
  auto const tensor = [&](float number) { return SparseTensor<half, 2>(sites, 1, Buffer<half>(1, half(number))); };
  auto const result = add(TypeParam::policy(), tensor(-1 - 0x1p-10F), tensor(-0x1p-11F), leaky_relu(0.75));
  EXPECT_EQ(static_cast<float>(result.features()(0, 0)), -(0.75F + 0x1p-10F));
}

template <class T, int D>
void expect_sums(Grid<D> const& grid, std::int64_t count, std::int64_t channels) {
  auto const a = test::random_tensor<T>(test::random_site_set(grid, count, 1), channels, 1);
  auto const b = test::random_tensor<T>(test::random_site_set(grid, count, 1), channels, 2);  // an equal set
  auto const result = add(seq, a, b, leaky_relu(0.25));
  EXPECT_TRUE(result.sites().is(a.sites()));
  for (std::int64_t row = 0; row < a.size(); ++row) {
    for (std::int64_t c = 0; c < channels; ++c) {
      double const sum = static_cast<double>(a.features()(row, c)) + static_cast<double>(b.features()(row, c));
      double const expected = sum < 0 ? 0.25 * sum : sum;
      ASSERT_LE(std::fabs(static_cast<double>(result.features()(row, c)) - expected),
                test::rounding_bound<T>(0, std::fabs(sum), expected));
    }
  }
  test::for_each_cpu_policy(
      [&](CpuPolicy const& where) { test::expect_same_tensor(add(where, a, b, leaky_relu(0.25)), result); });
}

TEST(AddOf, TensorsOfAnyTypeAgreesWithPlainLoops) {
  for (std::int64_t const channels : {0, 1, 3, 5, 17, 33}) {
    expect_sums<float>(image, 400, channels);
    expect_sums<double>(Grid<3>{.shape = {9, 9, 9}}, 70, channels);
    expect_sums<half>(Grid<1>{.shape = {60}}, 20, channels);
    expect_sums<bfloat16>(Grid<4>{.shape = {4, 4, 4, 4}}, 20, channels);
  }
  expect_sums<float>(image, 0, 3);
}

TYPED_TEST(Add, RefusesWhatDoesNotFit) {
  auto const& where = TypeParam::policy();
  auto const a = test::random_tensor<float>(test::random_site_set(image, 70, 1), 2, 1);
  auto const fewer = test::random_tensor<float>(test::random_site_set(image, 60, 1), 2, 1);
  EXPECT_EQ(
      message_of<ShapeError>([&] { (void)add(where, a, fewer); }),
      "add: the second tensor's 60 sites are not the first's 70; give tensors on the same sites, in grids of one batch "
      "size and shape");
  EXPECT_EQ(message_of<ShapeError>([&] { (void)add(where, a, test::random_tensor<float>(a.sites(), 3, 1)); }),
            "add: the first tensor has 2 channels, the second 3; they must be equal: a Linear changes them");
}

}  // namespace
}  // namespace sparseconv::add_test

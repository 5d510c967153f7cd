#include "sparseconv/layers/activate.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "layers/layer_oracle.hpp"
#include "sparseconv/tensor/make_sparse_tensor.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::activate_test {
namespace {

template <class Where>
class Activate : public ::testing::Test {};
TYPED_TEST_SUITE(Activate, test::Policies);

/// Three sites of two channels on a line.
SparseTensor<float, 1> line() {
  return make_sparse_tensor<float, 1>(seq, {.shape = {5}, .batch_size = 1}, {{0, {0}}, {0, {2}}, {0, {4}}},
                                      {-2.F, 3.F, 0.F, -0.5F, 8.F, -1.F});
}

TYPED_TEST(Activate, ReluCutsNegativeNumbers) {
  auto const result = activate(TypeParam::policy(), line(), relu);
  EXPECT_EQ(test::features_of(result), (std::vector<float>{0, 3, 0, 0, 8, 0}));
}

TYPED_TEST(Activate, LeakyReluScalesNegativeNumbers) {
  auto const result = activate(TypeParam::policy(), line(), leaky_relu(0.25));
  EXPECT_EQ(test::features_of(result), (std::vector<float>{-0.5F, 3, 0, -0.125F, 8, -0.25F}));
}

TYPED_TEST(Activate, Relu6CutsLargeNumbersToo) {
  auto const result = activate(TypeParam::policy(), line(), relu6);
  EXPECT_EQ(test::features_of(result), (std::vector<float>{0, 3, 0, 0, 6, 0}));
}

TYPED_TEST(Activate, SmoothKindsAreFunctionsOfEachNumber) {
  auto const result = test::features_of(activate(TypeParam::policy(), line(), silu));
  auto const input = test::features_of(line());
  for (std::size_t i = 0; i < input.size(); ++i) {
    double const x = input[i];
    EXPECT_NEAR(result[i], x / (1 + std::exp(-x)), 4e-7);
  }
}

TYPED_TEST(Activate, NoneChangesNothing) {
  auto const result = activate(TypeParam::policy(), line(), no_activation);
  EXPECT_EQ(test::features_of(result), test::features_of(line()));
}

TYPED_TEST(Activate, KeepsTheSitesAndTheInput) {
  SparseTensor<float, 1> const input = line();
  auto const result = activate(TypeParam::policy(), input, relu);
  EXPECT_TRUE(result.sites().is(input.sites()));
  EXPECT_EQ(test::features_of(input), test::features_of(line()));
}

TYPED_TEST(Activate, NanAndInfinityStay) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  auto const input =
      make_sparse_tensor<float, 1>(seq, {}, {{0, {0}}}, {std::numeric_limits<float>::quiet_NaN(), infinity, -infinity});
  for (Activation const activation : {relu, leaky_relu(0.5)}) {
    auto const features = test::features_of(activate(TypeParam::policy(), input, activation));
    EXPECT_TRUE(std::isnan(features[0]));
    EXPECT_EQ(features[1], infinity);
    EXPECT_EQ(features[2], activation == relu ? 0.F : -infinity);
  }
}

TYPED_TEST(Activate, TakesATensorWithoutSitesOrChannels) {
  auto const no_sites = activate(TypeParam::policy(), SparseTensor<float, 3>(SiteSet<3>{}, 7), relu);
  EXPECT_EQ(no_sites.size(), 0);
  EXPECT_EQ(no_sites.channels(), 7);
  auto const no_channels = activate(TypeParam::policy(), SparseTensor<float, 1>(line().sites(), 0), relu);
  EXPECT_EQ(no_channels.size(), 3);
  EXPECT_EQ(no_channels.channels(), 0);
}

TYPED_TEST(Activate, HasTheBitsOfTheReference) {
  SiteSet<2> const sites = test::random_site_set<2>({.shape = {101, 77}, .batch_size = 2}, 3'001, 5);
  auto const input = test::random_tensor<double>(sites, 17, 6);
  for (Activation const activation : {leaky_relu(0.1), gelu}) {
    test::expect_same_tensor(activate(TypeParam::policy(), input, activation), activate(seq, input, activation));
  }
}

}  // namespace
}  // namespace sparseconv::activate_test

#include "sparseconv/layers/softmax.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "layers/layer_oracle.hpp"
#include "sparseconv/tensor/make_sparse_tensor.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::softmax_test {
namespace {

template <class Where>
class Softmax : public ::testing::Test {};
TYPED_TEST_SUITE(Softmax, test::Policies);

TYPED_TEST(Softmax, MakesSharesOfTheChannelsOfEachSite) {
  auto const input = make_sparse_tensor<float, 1>(seq, {.shape = {5}, .batch_size = 1}, {{0, {0}}, {0, {4}}},
                                                  {1.F, 1.F, 1.F, 1.F, 0.F, 0.F, 0.F, std::log(5.F)});
  auto const result = softmax(TypeParam::policy(), input);
  EXPECT_TRUE(result.sites().is(input.sites()));
  std::vector<float> const expected{0.25F, 0.25F, 0.25F, 0.25F, 0.125F, 0.125F, 0.125F, 0.625F};
  auto const shares = test::features_of(result);
  ASSERT_EQ(shares.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(shares[i], expected[i], 1e-7) << i;
}

TYPED_TEST(Softmax, TakesATensorWithoutSitesOrChannels) {
  auto const no_sites = softmax(TypeParam::policy(), SparseTensor<float, 3>(SiteSet<3>{}, 7));
  EXPECT_EQ(no_sites.size(), 0);
  EXPECT_EQ(no_sites.channels(), 7);
  SiteSet<4> const sites = test::random_site_set<4>({.shape = {5, 5, 5, 5}}, 20, 1);
  auto const no_channels = softmax(TypeParam::policy(), SparseTensor<half, 4>(sites, 0));
  EXPECT_EQ(no_channels.size(), 20);
  EXPECT_EQ(no_channels.channels(), 0);
}

TYPED_TEST(Softmax, HasTheBitsOfTheReferenceAndSumsToOne) {
  SiteSet<2> const sites = test::random_site_set<2>({.shape = {101, 77}, .batch_size = 2}, 1'001, 5);
  auto const input = test::random_tensor<float>(sites, 17, 6);
  auto const result = softmax(TypeParam::policy(), input);
  test::expect_same_tensor(result, softmax(seq, input));
  for (std::int64_t row = 0; row < result.size(); ++row) {
    double sum = 0;
    for (std::int64_t c = 0; c < 17; ++c) sum += static_cast<double>(std::as_const(result).features()(row, c));
    ASSERT_NEAR(sum, 1, 1e-6) << row;
  }
}

}  // namespace
}  // namespace sparseconv::softmax_test

#include "sparseconv/tensor/sparse_tensor.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "support/error_message.hpp"
#include "support/feature_view.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::sparse_tensor_test {
namespace {

using test::message_of;

SiteSet<2> two_sites() {
  return test::sites_of(Grid<2>{.shape = {5, 5}}, std::vector<Coordinate<2>>{{0, {1, 2}}, {0, {2, 3}}});
}

TEST(SparseTensor, StartsWithZeros) {
  SparseTensor<float, 2> const tensor(two_sites(), 3);
  EXPECT_EQ(tensor.size(), 2);
  EXPECT_EQ(tensor.channels(), 3);
  for (float const value : tensor.features().values()) EXPECT_EQ(value, 0.0f);
}

TEST(SparseTensor, KeepsRowsWithTheirSites) {
  SparseTensor<double, 2> tensor(two_sites(), 2, test::random_numbers<double>(4, 1));
  auto const numbers = test::random_numbers<double>(4, 1);
  EXPECT_EQ(tensor.features()(1, 0), numbers[2]);
  tensor.features()(1, 0) = 5;
  EXPECT_EQ(std::as_const(tensor).features().row(1)[0], 5);
}

TEST(SparseTensor, CopiesFeaturesAndSharesSites) {
  SparseTensor<float, 2> const tensor(two_sites(), 1);
  SparseTensor<float, 2> copy = tensor;
  copy.features()(0, 0) = 1;
  EXPECT_EQ(tensor.features()(0, 0), 0.0f);
  EXPECT_TRUE(copy.sites().is(tensor.sites()));
}

TEST(SparseTensor, MayHaveNoSitesOrNoChannels) {
  EXPECT_EQ((SparseTensor<float, 3>().size()), 0);
  EXPECT_EQ((test::feature_view(SparseTensor<float, 2>(two_sites(), 0)).size()), 0);
  EXPECT_EQ((SparseTensor<float, 2>(SiteSet<2>(), std::numeric_limits<std::int64_t>::max()).size()), 0);
}

TEST(SparseTensor, RefusesFeaturesThatDoNotFit) {
  EXPECT_EQ(message_of<ShapeError>([] { return SparseTensor<float, 2>(two_sites(), 3, Buffer<float>(5, 0.f)); }),
            "SparseTensor: 5 features for 2 sites of 3 channels; give one number for each site and channel");
  EXPECT_EQ(message_of<ShapeError>([] { return SparseTensor<float, 2>(two_sites(), -1); }),
            "SparseTensor: -1 channels; the count cannot be negative");
  EXPECT_EQ(message_of<CapacityError>([] { return SparseTensor<float, 2>(two_sites(), std::int64_t{1} << 62); }),
            "SparseTensor: 2 sites of 4611686018427387904 channels cannot be addressed; take fewer");
}

TEST(SparseTensor, LeavesFeaturesAndSitesWithWhoGaveWrongOnes) {
  SiteSet<1> sites(Grid<1>{}, Buffer<Coordinate<1>>(std::int64_t{1}, Coordinate<1>{}));
  Buffer<float> features(std::int64_t{3}, 1.0F);
  EXPECT_THROW((SparseTensor<float, 1>(std::move(sites), 2, std::move(features))), ShapeError);
  EXPECT_EQ(features.size(), 3);  // NOLINT: what is tested
  EXPECT_EQ(sites.size(), 1);     // NOLINT: what is tested
}

TEST(SparseTensor, ThatWasMovedFromHasNoRows) {
  SparseTensor<float, 1> tensor(SiteSet<1>(Grid<1>{}, Buffer<Coordinate<1>>(std::int64_t{1}, Coordinate<1>{})), 2);
  SparseTensor<float, 1> const taken = std::move(tensor);
  EXPECT_EQ(taken.size(), 1);
  EXPECT_EQ(tensor.size(), 0);  // NOLINT: what is tested
  EXPECT_EQ(tensor.channels(), 2);
  EXPECT_TRUE(tensor.features().values().empty());
  SparseTensor<float, 1> const copy = tensor;
  EXPECT_EQ(copy.size(), 0);
}

}  // namespace
}  // namespace sparseconv::sparse_tensor_test

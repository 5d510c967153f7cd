#include "sparseconv/layers/sparse_pool.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "io/error_message.hpp"
#include "layers/layer_oracle.hpp"
#include "support/option_cross.hpp"
#include "support/oracle_conversion.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv {
namespace {

using test::message_of;

template <class Where>
class SparsePoolOn : public ::testing::Test {};
TYPED_TEST_SUITE(SparsePoolOn, test::Policies);

// Cells 0, 1 and 4 of a line hold -2, -3 and 5; windows of 2, stride 2: {0, 1}, {4}.
SparseTensor<float, 1> line() {
  SparseTensor<float, 1> tensor(
      test::sites_of(Grid<1>{.shape = Shape<1>(6)}, std::vector<Coordinate<1>>{{0, {0}}, {0, {1}}, {0, {4}}}), 1);
  tensor.features()(0, 0) = -2;
  tensor.features()(1, 0) = -3;
  tensor.features()(2, 0) = 5;
  return tensor;
}

TYPED_TEST(SparsePoolOn, ALineByHand) {
  auto const pooled = [](Pooling pooling) {
    return test::features_of(SparsePool1D({.pooling = pooling})(TypeParam::policy(), line()));
  };
  EXPECT_EQ(pooled(Pooling::max), (std::vector<float>{-2, 5}));
  EXPECT_EQ(pooled(Pooling::sum), (std::vector<float>{-5, 5}));
  EXPECT_EQ(pooled(Pooling::average), (std::vector<float>{-2.5F, 5}));
  EXPECT_EQ(pooled(Pooling::average_over_kernel), (std::vector<float>{-2.5F, 2.5F}));
}

/// Every output by loops over cells: the largest, the sum, how many.
template <int D>
void expect_pooled(SparseTensor<float, D> const& actual, SparseTensor<float, D> const& input,
                   KernelGeometry<D> const& geometry, Pooling pooling) {
  auto const cells = test::to_cell_map(input);
  for (std::int64_t row = 0; row < actual.size(); ++row) {
    WideCoordinate<D> const start = geometry.window_start(actual.sites().coordinates()[static_cast<std::size_t>(row)]);
    for (std::int64_t c = 0; c < actual.channels(); ++c) {
      double largest = -std::numeric_limits<double>::infinity();
      double sum = 0;
      int count = 0;
      for (std::int64_t k = 0; k < geometry.element_count(); ++k) {
        test::Indices cell(start.begin(), start.end());
        PerAxis<D> const position = geometry.element_position(k);
        for (int a = 0; a < D; ++a) cell[static_cast<std::size_t>(a) + 1] += position[a] * geometry.dilation[a];
        auto const found = cells.find(cell);
        if (found == cells.end()) continue;
        largest = std::max(largest, found->second[static_cast<std::size_t>(c)]);
        sum += found->second[static_cast<std::size_t>(c)];
        ++count;
      }
      ASSERT_GT(count, 0);
      double expected = pooling == Pooling::max ? largest : sum;
      if (pooling == Pooling::average) expected /= count;
      if (pooling == Pooling::average_over_kernel) expected /= static_cast<double>(geometry.element_count());
      ASSERT_NEAR(static_cast<double>(actual.features()(row, c)), expected, 1e-5);
    }
  }
}

TYPED_TEST(SparsePoolOn, EveryOptionAgreesWithLoopsOverCells) {
  test::for_each_option<2>([&](test::Options<2> const& options) {
    if (options.definition != OutputDefinition::regular || options.number % 2 != 0) return;
    SparsePoolConfig<2> config{.kernel_size = options.geometry.kernel_size,
                               .stride = options.geometry.stride,
                               .padding = options.geometry.padding,
                               .dilation = options.geometry.dilation,
                               .definition = options.definition,
                               .pooling = static_cast<Pooling>(options.number / 2 % 4)};
    auto const input = test::random_tensor<float>(options.sites, 3, options.number);
    SCOPED_TRACE(options.text());
    try {
      auto const pooled = SparsePool2D(config)(TypeParam::policy(), input);
      expect_pooled(pooled, input, options.geometry, config.pooling);
    } catch (ShapeError const&) {  // no output is left: output_grid_test says when
    }
  });
}

TYPED_TEST(SparsePoolOn, ManySitesHaveTheBitsOfSeq) {
  auto const sites = test::random_site_set(Grid<3>{.shape = {20, 31, 32}, .batch_size = 3}, 3000, 1);
  for (auto const pooling : {Pooling::max, Pooling::sum, Pooling::average, Pooling::average_over_kernel}) {
    SparsePool3D const pool({.kernel_size = 3, .stride = 2, .padding = 1, .pooling = pooling});
    auto const input = test::random_tensor<half>(sites, 5, 2);
    auto const expected = pool(seq, input);
    auto const actual = pool(TypeParam::policy(), input);
    EXPECT_TRUE(test::same_bits<half>(actual.features(), expected.features()));
  }
}

TYPED_TEST(SparsePoolOn, MaxTellsOfNaN) {
  for (std::int64_t const row : {0, 1}) {
    auto input = line();
    input.features()(row, 0) = std::numeric_limits<float>::quiet_NaN();
    auto const pooled = SparsePool1D(SparsePoolConfig<1>{})(TypeParam::policy(), input);
    EXPECT_TRUE(std::isnan(pooled.features()(0, 0)));
    EXPECT_EQ(pooled.features()(1, 0), 5);
  }
}

TYPED_TEST(SparsePoolOn, SitesThatNoInputReachesGetZero) {
  SiteSet<1> const outputs =
      test::sites_of(Grid<1>{.shape = Shape<1>(3)}, std::vector<Coordinate<1>>{{0, {1}}, {0, {2}}});
  for (auto const pooling : {Pooling::max, Pooling::average}) {
    auto const pooled = SparsePool1D({.pooling = pooling})(TypeParam::policy(), line(), outputs);
    EXPECT_EQ(test::features_of(pooled), (std::vector<float>{0, 5}));
  }
}

TYPED_TEST(SparsePoolOn, NoSitesGiveNoSites) {
  SparseTensor<float, 2> const none(SiteSet<2>(Grid<2>{.shape = {8, 8}, .batch_size = 2}, {}), 3);
  EXPECT_EQ(SparsePool2D(SparsePoolConfig<2>{})(TypeParam::policy(), none).size(), 0);
}

TEST(PeerFailures, Item7MaxStartsFromTheLowestAndAveragesCountWhatIsThere) {
  auto const sites = test::random_site_set(Grid<2>{.shape = {9, 9}, .batch_size = 2}, 60, 3);
  SparseTensor<float, 2> input(sites, 4);  // all negative
  for (float& number : input.features().values()) number = -1;
  for (auto const pooling : {Pooling::max, Pooling::average}) {
    auto const pooled = SparsePool2D({.kernel_size = 3, .stride = 2, .padding = 1, .pooling = pooling})(cpu, input);
    for (float const number : pooled.features().values()) EXPECT_EQ(number, -1);  // in every channel
  }
}

TEST(SparsePool, RefusesWhatIsNoGeometry) {
  EXPECT_EQ(message_of<ShapeError>([] {
              return SparsePool2D({.kernel_size = {2, 0}});
            }),
            "SparsePool2D: kernel_size is 2 x 0; every extent must be at least 1");
}

}  // namespace
}  // namespace sparseconv

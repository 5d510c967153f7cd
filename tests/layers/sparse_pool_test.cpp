#include "sparseconv/layers/sparse_pool.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include "layers/layer_oracle.hpp"
#include "support/error_message.hpp"
#include "support/feature_view.hpp"
#include "support/option_cross.hpp"
#include "support/oracle_conversion.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::sparse_pool_test {
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

/// The same active cells as the oracle's, and every number by loops over the cells of its window.
void expect_pooled(SparseTensor<float, 2> const& actual, SparseTensor<float, 2> const& input,
                   test::OracleGeometry const& g, Pooling pooling) {
  auto const cells = test::to_cell_map(input);
  auto const active = test::active_outputs(cells, g, test::OracleDefinition::regular);
  ASSERT_EQ(test::cells_of(actual.sites()), std::vector<test::Indices>(active.begin(), active.end()));
  std::int64_t row = 0;
  for (test::Indices const& output : active) {
    for (std::int64_t c = 0; c < actual.channels(); ++c) {
      std::vector<double> covered;
      test::Indices k(g.kernel.size(), 0);
      do {
        test::Indices cell = output;
        for (std::size_t a = 0; a < k.size(); ++a) {
          cell[a + 1] = output[a + 1] * g.stride[a] - g.padding[a] + k[a] * g.dilation[a];
        }
        auto const found = cells.find(cell);
        if (found != cells.end()) covered.push_back(found->second[static_cast<std::size_t>(c)]);
      } while (test::next_index(k, g.kernel));
      double expected = std::accumulate(covered.begin(), covered.end(), 0.0);
      if (pooling == Pooling::max) expected = *std::max_element(covered.begin(), covered.end());
      if (pooling == Pooling::average) expected /= static_cast<double>(covered.size());
      if (pooling == Pooling::average_over_kernel) expected /= static_cast<double>(g.kernel[0] * g.kernel[1]);
      ASSERT_NEAR(static_cast<double>(actual.features()(row, c)), expected, 1e-5);
    }
    ++row;
  }
}

TYPED_TEST(SparsePoolOn, EveryGeometryAgreesWithLoopsOverCells) {
  Grid<2> const grid{.shape = {}, .batch_size = 2};
  auto const sites = test::sites_of(grid, test::random_coordinates<2>({{-5, -6}, {5, 4}, {0, 1}}, 60, 1));
  int geometries = 0;
  test::for_each_option<2>([&](test::Options<2> const& options) {
    if (options.definition != OutputDefinition::regular || options.sites.grid().batch_size != 1) return;
    SparsePoolConfig<2> const config{.kernel_size = options.geometry.kernel_size,
                                     .stride = options.geometry.stride,
                                     .padding = options.geometry.padding,
                                     .dilation = options.geometry.dilation,
                                     .pooling = static_cast<Pooling>(geometries++ % 4)};
    auto const input = test::random_tensor<float>(sites, 3, options.number);
    SCOPED_TRACE(options.text());
    expect_pooled(SparsePool2D(config)(TypeParam::policy(), input), input, test::to_oracle(options.geometry),
                  config.pooling);
  });
  EXPECT_EQ(geometries, 4 * 3 * 3 * 3);
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

TYPED_TEST(SparsePoolOn, AveragesDoNotLoseDigitsWithTheCount) {
  auto const& where = TypeParam::policy();
  std::int32_t const count = 20000;
  std::vector<Coordinate<1>> cells;
  for (std::int32_t i = 0; i < count; ++i) cells.push_back({0, {i}});
  SparseTensor<float, 1> input(test::sites_of(Grid<1>{.shape = Shape<1>(count)}, cells), 1);
  for (float& number : input.features().values()) number = 206494.49F;
  for (auto const pooling : {Pooling::average, Pooling::average_over_kernel}) {
    SparsePool1D const pool({.kernel_size = count, .stride = count, .pooling = pooling});
    EXPECT_EQ(test::feature_view(pool(where, input))(0, 0), 206494.49F);
  }
}

TEST(SparsePool, StridesByItsKernelUnlessTold) {
  EXPECT_EQ(SparsePool2D({.kernel_size = {15, 20}}).geometry().stride, (PerAxis<2>{15, 20}));
  EXPECT_EQ(SparsePool2D({.kernel_size = 3, .stride = 2}).geometry().stride, (PerAxis<2>{2, 2}));
  EXPECT_EQ(SparsePool2D({.kernel_size = 3, .stride = {2, 1}}).geometry().stride, (PerAxis<2>{2, 1}));
  SparsePoolConfig<2> config;
  EXPECT_EQ(SparsePool2D(config).geometry().stride, (PerAxis<2>{2, 2}));
  config.kernel_size = {15, 20};
  EXPECT_EQ(SparsePool2D(config).geometry().stride, (PerAxis<2>{15, 20}));
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

TEST(SparsePool, RefusesRowsThatDoNotFit) {
  SiteSet<1> const sites = line().sites();
  auto const rules = build_rulebook(seq, sites, sites, KernelGeometry<1>{});
  SparseTensor<float, 1> output(sites, 2);
  EXPECT_EQ(message_of<ShapeError>(
                [&] { pool_rows(seq, rules, test::feature_view(line()), output.features(), Pooling::max); }),
            "pool_rows: the input's channels are 1, the output's are 2; they must be equal");
}

TEST(SparsePool, RefusesAStrideWithTheSubmanifoldDefinition) {
  EXPECT_EQ(message_of<ShapeError>([] { return SparsePool2D({.definition = OutputDefinition::submanifold}); }),
            "SparsePool2D: a submanifold convolution has stride 1, not 2 x 2; use the regular or floor definition");
}

TEST(SparsePool, RefusesWhatIsNoGeometry) {
  EXPECT_EQ(message_of<ShapeError>([] {
              return SparsePool2D({.kernel_size = {2, 0}});
            }),
            "SparsePool2D: kernel_size is 2 x 0; every extent must be at least 1");
}

TEST(SparsePool, RefusesChannelsThatAreTooMany) {
  SparseTensor<float, 1> const none(SiteSet<1>(), std::int64_t{1} << 62);
  SiteSet<1> const four = test::sites_of(Grid<1>{}, std::vector<Coordinate<1>>{{0, {1}}, {0, {2}}, {0, {3}}, {0, {4}}});
  EXPECT_EQ(message_of<CapacityError>([&] { return SparsePool1D(SparsePoolConfig<1>{})(seq, none, four); }),
            "SparsePool: 4 sites of 4611686018427387904 channels cannot be addressed; take fewer");
}

}  // namespace
}  // namespace sparseconv::sparse_pool_test

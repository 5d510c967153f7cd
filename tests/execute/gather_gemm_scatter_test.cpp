#include "sparseconv/execute/gather_gemm_scatter.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "sparseconv/index/build_rulebook.hpp"
#include "sparseconv/index/output_sites.hpp"
#include "support/convolution.hpp"
#include "support/error_message.hpp"
#include "support/option_cross.hpp"
#include "support/oracle_checks.hpp"
#include "support/policies.hpp"

namespace sparseconv::gather_gemm_scatter_test {
namespace {

using test::convolve;
using test::random_tensor;
using test::random_weights;
using test::same_bits;

constexpr auto regular = OutputDefinition::regular;
constexpr auto submanifold = OutputDefinition::submanifold;

template <class Where>
class GatherGemmScatter : public ::testing::Test {};
TYPED_TEST_SUITE(GatherGemmScatter, test::Policies);

TYPED_TEST(GatherGemmScatter, OfTheClassicImageByHand) {
  // A (1,2) has the feature 1, B (2,3) has 10; the weight of element k is k + 1. See build_rulebook_test for the pairs:
  //   (0,0) A5      6            (1,0) A2      3           (2,1) B2     30
  //   (0,1) A4 B8   5 + 90       (1,1) A1 B5   2 + 60      (2,2) B1     20
  //   (0,2) A3 B7   4 + 80       (1,2) A0 B4   1 + 50
  auto const sites = test::sites_of(Grid<2>{.shape = {5, 5}}, std::vector<Coordinate<2>>{{0, {1, 2}}, {0, {2, 3}}});
  SparseTensor<float, 2> input(sites, 1);
  input.features()(0, 0) = 1;
  input.features()(1, 0) = 10;
  Buffer<float> values(9);
  for (std::int64_t k = 0; k < 9; ++k) values[k] = static_cast<float>(k + 1);
  Weights<float> const weights(9, 1, 1, values);
  auto const numbers = [&](KernelGeometry<2> const& geometry, OutputDefinition definition) {
    auto const output = convolve<float, 2>(TypeParam::policy(), input, weights, geometry, definition);
    return std::vector<float>(output.features().values().begin(), output.features().values().end());
  };
  EXPECT_EQ(numbers({.kernel_size = 3}, regular), (std::vector<float>{6, 95, 84, 3, 62, 51, 30, 20}));
  // A's output: A by element 4, B by element 8. B's: B by 4, A by 0.
  EXPECT_EQ(numbers({.kernel_size = 3}, submanifold), (std::vector<float>{95, 51}));
  EXPECT_EQ(numbers({.kernel_size = 3, .padding = 1}, submanifold), (std::vector<float>{95, 51}));
}

// Sites, rulebook and arithmetic together, for every combination of options, against loops over dense arrays.
template <class T, int D>
void cross() {
  constexpr std::int64_t in_channels = 2;
  constexpr std::int64_t out_channels = 3;
  test::for_each_option<D>([&](test::Options<D> const& options) {
    auto const input = random_tensor<T>(options.sites, in_channels, options.number);
    auto const weights = random_weights<T>(options.geometry.element_count(), in_channels, out_channels, options.number);
    auto const expected = test::convolve_dense(test::to_image(input), test::to_doubles(weights.values()), out_channels,
                                               test::to_oracle(options.geometry), test::to_oracle(options.definition));
    if (!expected) return;
    SCOPED_TRACE(options.text());
    test::expect_agrees(convolve<T, D>(seq, input, weights, options.geometry, options.definition), *expected);
    if (options.number % 3 != 0) return;
    auto const& where = test::OnCpu<2>::policy();
    test::expect_agrees(convolve<T, D>(where, input, weights, options.geometry, options.definition), *expected);
  });
}

TEST(GatherGemmScatterCross, AgreesWithTheDenseOracleInFloat) {
  cross<float, 1>();
  cross<float, 2>();
  cross<float, 3>();
  cross<float, 4>();
}

TEST(GatherGemmScatterCross, AgreesWithTheDenseOracleInDouble) {
  cross<double, 1>();
  cross<double, 2>();
  cross<double, 3>();
}

// Stored narrow, summed in float, rounded once: a sum kept in the narrow type would be far outside the bound.
TEST(GatherGemmScatterCross, AgreesWithTheDenseOracleInHalfAndBfloat16) {
  cross<half, 2>();
  cross<half, 3>();
  cross<bfloat16, 2>();
  cross<bfloat16, 3>();
}

// Weights written in place are of the features' type; others are named.
TYPED_TEST(GatherGemmScatter, TakesWeightsInBraces) {
  auto const sites = test::random_site_set(Grid<1>{.shape = {20}}, 9, 1);
  auto const input = random_tensor<float>(sites, 2, 2);
  auto const numbers = test::random_numbers<float>(3 * 2 * 4, 3);
  auto const rules = build_rulebook(seq, sites, sites, KernelGeometry<1>{.kernel_size = 3, .padding = 1});
  auto const run = [&](auto const& gather) {
    SparseTensor<float, 1> output(sites, 4);
    gather(output.features());
    return output;
  };
  auto const& where = TypeParam::policy();
  auto const expected = run([&](MatrixView<float> output) {
    gather_gemm_scatter(where, rules, input.features(), Weights<float>(3, 2, 4, numbers), output);
  });
  auto const in_braces = run([&](MatrixView<float> output) {
    gather_gemm_scatter(where, rules, input.features(), {numbers.data(), 3, 2, 4}, output, {});
  });
  auto const named = run([&](MatrixView<float> output) {
    gather_gemm_scatter(where, rules, input.features(), WeightsView<float>{numbers.data(), 3, 2, 4}, output, {});
  });
  EXPECT_TRUE(same_bits<float>(in_braces.features(), expected.features()));
  EXPECT_TRUE(same_bits<float>(named.features(), expected.features()));
}

TYPED_TEST(GatherGemmScatter, AgreesWithTheMapOracleInFiveAndSixDimensions) {
  auto const check = [&]<int D>() {
    Grid<D> const grid{.shape = {}, .batch_size = 2};
    auto const sites =
        test::sites_of(grid, test::random_coordinates<D>({test::Indices(D, -2), test::Indices(D, 1), {0, 1}}, 300, D));
    auto const input = random_tensor<float>(sites, 3, 1);
    KernelGeometry<D> geometry{.kernel_size = 2, .stride = 2, .padding = 1};
    geometry.kernel_size[1] = 3;
    auto const weights = random_weights<float>(geometry.element_count(), 3, 5, 2);
    auto const output = convolve<float, D>(TypeParam::policy(), input, weights, geometry, regular);
    EXPECT_GT(output.size(), 10);
    test::expect_agrees(output, input, weights, geometry, regular);
  };
  check.template operator()<5>();
  check.template operator()<6>();
}

TYPED_TEST(GatherGemmScatter, AgreesWithTheMapOracleAtTheExtremes) {
  constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();
  constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();
  std::vector<Coordinate<2>> const list{
      {0, {least, least}}, {0, {least, least + 1}}, {0, {least + 2, most}}, {0, {-1, 0}},
      {0, {0, 0}},         {0, {most, most - 1}},   {0, {most, most}}};
  auto const input = random_tensor<double>(test::sites_of(Grid<2>{}, list), 2, 3);
  auto const weights = random_weights<double>(9, 2, 2, 4);
  for (KernelGeometry<2> const& geometry :
       {KernelGeometry<2>{.kernel_size = 3, .padding = 1}, {.kernel_size = 3, .padding = 2, .dilation = 2}}) {
    test::expect_agrees(convolve<double, 2>(TypeParam::policy(), input, weights, geometry, OutputDefinition::floor),
                        input, weights, geometry, OutputDefinition::floor);
  }
}

// The outputs of no convolution of these inputs: the target of a skip connection, or a query set.
TYPED_TEST(GatherGemmScatter, OntoGivenSitesFollowsTheSameFormula) {
  Grid<2> const grid{.shape = {9, 11}, .batch_size = 2};
  auto const input = random_tensor<float>(test::random_site_set(grid, 60, 1), 4, 2);
  SiteSet<2> const given = test::random_site_set(Grid<2>{.shape = {7, 7}, .batch_size = 2}, 40, 9);
  KernelGeometry<2> const geometry{.kernel_size = {3, 2}, .stride = {2, 1}, .padding = {1, 0}, .dilation = {1, 2}};
  auto const weights = random_weights<float>(6, 4, 5, 3);
  SparseTensor<float, 2> output(given, 5);
  auto const rules = build_rulebook(TypeParam::policy(), input.sites(), given, geometry);
  gather_gemm_scatter(TypeParam::policy(), rules, input.features(), weights, output.features());
  auto const image = test::to_image(input);
  for (std::int64_t row = 0; row < given.size(); ++row) {
    auto const& site = given.coordinates()[static_cast<std::size_t>(row)];
    test::expect_row_agrees<float>(output.features().row_data(row),
                                   test::sum_at(image, test::to_doubles(weights.values()), 5, test::to_oracle(geometry),
                                                site.batch, test::position_of(site)));
  }
}

// The same rulebook over absolute values: what the rounding bound of each number is made from.
SparseTensor<float, 3> magnitude_of(RulebookView<> const& rules, SparseTensor<float, 3> input,
                                    WeightsView<float> weights) {
  for (float& x : input.features().values()) x = std::fabs(x);
  Buffer<float> absolute(std::span<float const>(weights.data, static_cast<std::size_t>(weights.size())));
  for (float& w : absolute) w = std::fabs(w);
  weights.data = absolute.data();
  SparseTensor<float, 3> sum(input.sites(), weights.out_channels);
  gather_gemm_scatter(seq, rules, input.features(), weights, sum.features());
  return sum;
}

TEST(GatherGemmScatterChannels, OfManyRowsAgreeWithSeq) {
  // 9001 rows are several blocks for each thread; channels lie below, at and above a vector and a panel.
  SiteSet<3> const sites = test::random_site_set(Grid<3>{.shape = {31, 33, 29}}, 9001, 5);
  KernelGeometry<3> const geometry{.kernel_size = {3, 1, 2}, .padding = {1, 0, 0}};
  Rulebook<> const rules = build_rulebook(cpu, sites, sites, geometry);
  for (std::int64_t const in_channels : {1, 3, 5, 17, 31, 33, 65}) {
    for (std::int64_t const out_channels : {1, 3, 5, 17, 31, 33, 65}) {
      auto const input = random_tensor<float>(sites, in_channels, 1);
      auto const weights = random_weights<float>(6, in_channels, out_channels, 2);
      SparseTensor<float, 3> expected(sites, out_channels);
      SparseTensor<float, 3> output(sites, out_channels);
      gather_gemm_scatter(seq, rules, input.features(), weights, expected.features());
      gather_gemm_scatter(test::OnCpu<3>::policy(), rules, input.features(), weights, output.features());
      auto const magnitude = magnitude_of(rules, input, weights);
      double largest = 0;  // deviation, as a share of what rounding allows
      for (std::int64_t row = 0; row < sites.size(); ++row) {
        std::vector<double> const reference(expected.features().row_data(row), expected.features().row_data(row + 1));
        std::vector<double> const bound(magnitude.features().row_data(row), magnitude.features().row_data(row + 1));
        largest = std::max(largest, test::largest_share(output.features().row_data(row), reference.data(), bound.data(),
                                                        out_channels, 6 * in_channels));
      }
      EXPECT_LE(largest, 1.0) << in_channels << " to " << out_channels << " channels";
    }
  }
}

TEST(GatherGemmScatterBits, AreThoseOfAnyNumberOfThreads) {
  SiteSet<3> const sites = test::random_site_set(Grid<3>{.shape = {31, 33, 29}, .batch_size = 2}, 12345, 5);
  auto const check = [&]<class T>(T, std::int64_t in_channels, std::int64_t out_channels) {
    auto const input = random_tensor<T>(sites, in_channels, 1);
    auto const weights = random_weights<T>(27, in_channels, out_channels, 2);
    KernelGeometry<3> const geometry{.kernel_size = 3, .stride = {2, 1, 2}, .padding = 1};
    auto const alone = convolve<T, 3>(test::OnCpu<1>::policy(), input, weights, geometry, regular);
    for (int run = 0; run < 2; ++run) {
      test::for_each_cpu_policy([&](CpuPolicy const& where) {
        auto const output = convolve<T, 3>(where, input, weights, geometry, regular);
        EXPECT_TRUE(same_bits<T>(std::as_const(output).features(), std::as_const(alone).features()))
            << where.thread_count() << " threads, " << out_channels << " channels";
      });
    }
  };
  check(float{}, 5, 17);
  check(float{}, 33, 65);
  check(double{}, 17, 31);
}

}  // namespace
}  // namespace sparseconv::gather_gemm_scatter_test

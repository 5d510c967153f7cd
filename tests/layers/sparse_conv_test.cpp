#include "sparseconv/layers/sparse_conv.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "layers/layer_oracle.hpp"
#include "sparseconv/tensor/make_sparse_tensor.hpp"
#include "support/error_message.hpp"
#include "support/option_cross.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::sparse_conv_test {
namespace {

using test::message_of;

template <class Where>
class SparseConvOn : public ::testing::Test {};
TYPED_TEST_SUITE(SparseConvOn, test::Policies);

// A line of 6 cells, sites 1 and 4, channels 1; kernel 3, stride 2, padding 1: out 3 cells, o takes 2 o - 1 + k.
//   o = 0: cells -1, 0, 1 -> site 1 by k = 2: 2 x 100        = 200
//   o = 1: cells 1, 2, 3  -> site 1 by k = 0: 2 x 1          = 2
//   o = 2: cells 3, 4, 5  -> site 4 by k = 1: 3 x 10         = 30
// bias -31, ReLU: 169, 0, 0.
TYPED_TEST(SparseConvOn, StridesByHand) {
  SparseConv1D<float> conv({.in_channels = 1,
                            .out_channels = 1,
                            .kernel_size = 3,
                            .stride = 2,
                            .padding = 1,
                            .bias = true,
                            .activation = relu});
  conv.set_weights(std::array<float, 3>{1, 10, 100});
  auto const input =
      make_sparse_tensor<float, 1>(seq, {.shape = {6}, .batch_size = 1}, {{0, {1}}, {0, {4}}}, {2.F, 3.F});
  EXPECT_EQ(test::features_of(conv(TypeParam::policy(), input)), (std::vector<float>{200, 2, 30}));
  conv.set_bias(std::array<float, 1>{-31});
  auto const result = conv(TypeParam::policy(), input);
  EXPECT_EQ(test::features_of(result), (std::vector<float>{169, 0, 0}));
  EXPECT_EQ(result.grid().shape, Shape<1>{3});
}

// Kernel 2 with dilation 3 and stride 2 on 7 cells: floor((7 - 3 - 1) / 2) + 1 = 2 outputs; o takes 2 o and 2 o + 3.
//   o = 0: cells 0, 3 -> site 3 by k = 1: 5 x 10 = 50
//   o = 1: cells 2, 5 -> site 2 by k = 0: 7 x 1, site 5 by k = 1: 9 x 10; 97
TYPED_TEST(SparseConvOn, StridesAndDilatesByHand) {
  SparseConv1D<double> conv({.in_channels = 1, .out_channels = 1, .kernel_size = 2, .stride = 2, .dilation = 3});
  conv.set_weights(std::array<double, 2>{1, 10});
  auto const input = make_sparse_tensor<double, 1>(seq, {.shape = {7}, .batch_size = 1}, {{0, {2}}, {0, {3}}, {0, {5}}},
                                                   {7.0, 5.0, 9.0});
  EXPECT_EQ(test::features_of(conv(TypeParam::policy(), input)), (std::vector<double>{50, 97}));
}

// Floor definition on an unbounded line: sites -3, 0, 1 with stride 2 give floor(-1.5) = -2 and 0; o takes 2 o, 2 o + 1.
//   o = -2: cells -4, -3 -> 10 x 3 = 30;  o = 0: cells 0, 1 -> 5 + 10 x 7 = 75
TYPED_TEST(SparseConvOn, FloorDefinitionByHand) {
  SparseConv1D<float> conv(
      {.in_channels = 1, .out_channels = 1, .kernel_size = 2, .stride = 2, .definition = OutputDefinition::floor});
  conv.set_weights(std::array<float, 2>{1, 10});
  auto const input = make_sparse_tensor<float, 1>(seq, {}, {{0, {-3}}, {0, {0}}, {0, {1}}}, {3.F, 5.F, 7.F});
  auto const result = conv(TypeParam::policy(), input);
  EXPECT_EQ(test::cells_of(result.sites()), (std::vector<test::Indices>{{0, -2}, {0, 0}}));
  EXPECT_EQ(test::features_of(result), (std::vector<float>{30, 75}));
}

/// Every `step`th combination of the options, with bias, activation, type and channel counts that change in turn.
template <class T, int D, class Policy>
void expect_oracle_for_options(Policy const& where, std::uint32_t step) {
  constexpr std::array<std::int64_t, 4> channel_counts{1, 3, 5, 17};
  constexpr std::array<Activation, 3> activations{no_activation, relu, leaky_relu(0.25)};
  test::for_each_option<D>([&](test::Options<D> const& options) {
    if (options.number % step != 0 || options.definition == OutputDefinition::submanifold) return;
    if (::testing::Test::HasFatalFailure()) return;
    SCOPED_TRACE(options.text());
    std::uint32_t const turn = options.number / step;
    SparseConv<T, D> conv({.in_channels = channel_counts[turn % 4],
                           .out_channels = channel_counts[turn / 2 % 4],
                           .kernel_size = options.geometry.kernel_size,
                           .stride = options.geometry.stride,
                           .padding = options.geometry.padding,
                           .dilation = options.geometry.dilation,
                           .definition = options.definition,
                           .bias = turn % 5 < 3,
                           .activation = activations[turn % 3],
                           .seed = options.number});
    if (!conv.bias().empty()) conv.set_bias(test::random_numbers<T>(conv.out_channels(), options.number));
    test::expect_oracle(where, conv, test::random_tensor<T>(options.sites, conv.in_channels(), options.number + 1));
  });
}

TYPED_TEST(SparseConvOn, AgreesWithTheOracle1D) {
  expect_oracle_for_options<float, 1>(TypeParam::policy(), 1);
}
TYPED_TEST(SparseConvOn, AgreesWithTheOracle2D) {
  expect_oracle_for_options<double, 2>(TypeParam::policy(), 3);
}
TYPED_TEST(SparseConvOn, AgreesWithTheOracle3D) {
  expect_oracle_for_options<float, 3>(TypeParam::policy(), 5);
}
TYPED_TEST(SparseConvOn, AgreesWithTheOracle4D) {
  expect_oracle_for_options<float, 4>(TypeParam::policy(), 17);
}

TEST(SparseConv, HasANameForEachDimension) {
  static_assert(std::is_same_v<SparseConv1D<float>, SparseConv<float, 1>>);
  static_assert(std::is_same_v<SparseConv2D<double>, SparseConv<double, 2>>);
  static_assert(std::is_same_v<SparseConv3D<float>, SparseConv<float, 3>>);
  static_assert(std::is_same_v<SparseConv4D<float>, SparseConv<float, 4>>);
  EXPECT_EQ(message_of<ShapeError>([] { return SparseConv1D<float>({}).in_channels(); }).substr(0, 13),
            "SparseConv1D:");
  EXPECT_EQ(message_of<ShapeError>([] { return SparseConv4D<float>({}).in_channels(); }).substr(0, 13),
            "SparseConv4D:");
}

TEST(SparseConv, IsByDefaultAKernelOfThreeWithoutBias) {
  SparseConv3D<float> const conv({.in_channels = 2, .out_channels = 5});
  EXPECT_EQ(conv.geometry(), (KernelGeometry<3>{.kernel_size = 3, .stride = 1, .padding = 0, .dilation = 1}));
  EXPECT_EQ(conv.definition(), OutputDefinition::regular);
  EXPECT_EQ(conv.activation(), no_activation);
  EXPECT_TRUE(conv.bias().empty());
  EXPECT_EQ(conv.parameter_count(), 27 * 2 * 5);
}

TEST(SparseConv, DrawsItsWeightsFromItsSeed) {
  SparseConv2D<float> const conv({.in_channels = 4, .out_channels = 3, .bias = true, .seed = 8});
  Buffer<float> const expected = he_uniform<float>(9 * 4 * 3, 9 * 4, 8);
  ASSERT_EQ(conv.weights().size(), expected.size());
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), conv.weights().data));
  for (float const bias : conv.bias()) EXPECT_EQ(bias, 0.F);
  EXPECT_EQ(conv.bias().size(), 3U);
}

TEST(SparseConv, RefusesWhatItCannotBeMadeFrom) {
  auto const made = [](SparseConvConfig<2> config) {
    if (config.in_channels == 0 && config.out_channels == 0) config.in_channels = config.out_channels = 1;
    return message_of<ShapeError>([&] { return SparseConv2D<float>(config).in_channels(); });
  };
  EXPECT_EQ(made({.in_channels = 0, .out_channels = 3}),
            "SparseConv2D: in_channels is 0, out_channels is 3; both must be at least 1");
  EXPECT_EQ(made({.in_channels = 4, .out_channels = -1}),
            "SparseConv2D: in_channels is 4, out_channels is -1; both must be at least 1");
  EXPECT_EQ(made({.kernel_size = {3, 0}}), "SparseConv2D: kernel_size is 3 x 0; every extent must be at least 1");
  EXPECT_EQ(made({.stride = {0, 2}}), "SparseConv2D: stride is 0 x 2; every stride must be at least 1");
  EXPECT_EQ(made({.padding = {1, -1}}), "SparseConv2D: padding is 1 x -1; no padding can be negative");
  EXPECT_EQ(made({.dilation = -2}), "SparseConv2D: dilation is -2 x -2; every dilation must be at least 1");
}

TEST(SparseConv, RefusesWeightsThatCannotBeAddressed) {
  constexpr std::int64_t many = std::int64_t{1} << 40;
  EXPECT_EQ(message_of<CapacityError>(
                [] { return SparseConv1D<float>({.in_channels = many, .out_channels = many}).in_channels(); }),
            "SparseConv1D: weights of 3 x 1099511627776 x 1099511627776 cannot be addressed; take fewer channels or a "
            "smaller kernel");
}

TEST(SparseConv, RefusesAGridThatIsTooSmallForItsKernel) {
  SparseConv2D<float> const conv({.in_channels = 1, .out_channels = 1, .kernel_size = {1, 4}, .dilation = 2});
  SiteSet<2> const sites = test::random_site_set<2>({.shape = {9, 6}, .batch_size = 1}, 5, 1);
  auto const input = test::random_tensor<float>(sites, 1, 1);
  EXPECT_EQ(
      message_of<ShapeError>([&] { return conv(seq, input).size(); }),
      "output_sites: no output is left along axis 1: the kernel spans 7 cells, the grid with its padding 6; use a "
      "smaller kernel or dilation, or more padding");
}

}  // namespace
}  // namespace sparseconv::sparse_conv_test

#include "sparseconv/layers/transposed_conv.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "layers/layer_oracle.hpp"
#include "sparseconv/layers/sparse_conv.hpp"
#include "sparseconv/tensor/make_sparse_tensor.hpp"
#include "support/element_pairs.hpp"
#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"
#include "support/transposed_oracle.hpp"

namespace sparseconv::transposed_conv_test {
namespace {

using test::message_of;

template <class T, int D, class W>
std::optional<test::DenseImage> expected_image(Convolution<T, D, HostMemory, W> const& layer,
                                               SparseTensor<T, D> const& input) {
  std::vector<double> const weights(layer.weights().data, layer.weights().data + layer.weights().size());
  return test::transpose_dense(test::to_image(input), weights, layer.out_channels(), test::to_oracle(layer.geometry()),
                               test::indices(layer.geometry().output_padding));
}

/// Every policy of the host against the oracle; threads have the same bits.
template <class T, int D, class W>
void expect_transposed(Convolution<T, D, HostMemory, W> const& layer, SparseTensor<T, D> const& input) {
  auto const expected = expected_image(layer, input);
  if (!expected) {
    test::for_each_host_policy(
        [&](auto const& where) { EXPECT_THROW(static_cast<void>(layer(where, input)), ShapeError); });
    return;
  }
  auto const of_one = layer(test::OnCpu<1>::policy(), input);
  test::for_each_host_policy([&](auto const& where) {
    input.sites().release_derived();
    auto const result = layer(where, input);
    test::expect_image(layer, result, *expected);
    if constexpr (std::is_same_v<decltype(where), CpuPolicy const&>) test::expect_same_tensor(result, of_one);
  });
  test::expect_image(layer, layer(seq, input, dataflow::implicit_gemm), *expected);
}

// A line of 3 cells, sites 0 and 2 with 3 and 5; kernel 3, stride 2: out (3 - 1) 2 + 3 = 7 cells, i reaches 2 i + k.
//   site 0: cells 0, 1, 2 get 3 x 1, 3 x 10, 3 x 100;  site 2: cells 4, 5, 6 get 5, 50, 500
// Padding 1 takes a cell from either end: cells 0, 1 and 3, 4 of 5 are left; an output padding of 1 gives the last back.
TEST(TransposedConv, SpreadsByHand) {
  auto const input =
      make_sparse_tensor<float, 1>(seq, {.shape = {3}, .batch_size = 1}, {{0, {0}}, {0, {2}}}, {3.F, 5.F});
  auto const check = [&](TransposedConv1D<float> layer, std::vector<std::int64_t> const& cells, std::int32_t extent,
                         std::vector<float> const& features) {
    layer.set_weights(std::array<float, 3>{1, 10, 100});
    test::for_each_host_policy([&](auto const& where) {
      auto const result = layer(where, input);
      std::vector<test::Indices> expected;
      for (std::int64_t const cell : cells) expected.push_back({0, cell});
      EXPECT_EQ(test::cells_of(result.sites()), expected);
      EXPECT_EQ(result.grid().shape, Shape<1>{extent});
      EXPECT_EQ(test::features_of(result), features);
    });
  };
  TransposedConvConfig<1> config{.in_channels = 1, .out_channels = 1, .kernel_size = 3, .stride = 2};
  check(TransposedConv1D<float>(config), {0, 1, 2, 4, 5, 6}, 7, {3, 30, 300, 5, 50, 500});
  config.padding = 1;
  check(TransposedConv1D<float>(config), {0, 1, 3, 4}, 5, {30, 300, 5, 50});
  config.output_padding = 1;
  check(TransposedConv1D<float>(config), {0, 1, 3, 4, 5}, 6, {30, 300, 5, 50, 500});
}

// A 2 x 2 image, site (0, 1), two channels 1 and 2 to one; kernel 2 with stride 1: cells (0, 1), (0, 2), (1, 1), (1, 2) of 3 x 3.
TEST(TransposedConv, DoesNotFlipAndTakesWeightsByInputChannel) {
  TransposedConv2D<double> layer({.in_channels = 2, .out_channels = 1, .kernel_size = 2, .bias = true});
  layer.set_weights(std::array<double, 8>{1, 10, 2, 20, 3, 30, 4, 40});
  layer.set_bias(std::array<double, 1>{0.5});
  auto const input = make_sparse_tensor<double, 2>(seq, {.shape = {2, 2}, .batch_size = 1}, {{0, {0, 1}}}, {1.0, 2.0});
  auto const result = layer(cpu, input);
  EXPECT_EQ(test::cells_of(result.sites()), (std::vector<test::Indices>{{0, 0, 1}, {0, 0, 2}, {0, 1, 1}, {0, 1, 2}}));
  EXPECT_EQ(test::features_of(result), (std::vector<double>{21.5, 42.5, 63.5, 84.5}));
}

/// All of kernel 1 to 3, stride 1 to 3, padding 0 to 2, dilation 1 and 2, and each output padding that they allow. The first axis
/// has the value named, the others follow it in turn.
template <class T, int D>
void expect_oracle_for_options(Grid<D> const& grid, std::int64_t sites, int step = 1) {
  SiteSet<D> const places = test::sites_of(grid, test::random_coordinates<D>(test::range_of(grid, {1}), sites, D));
  constexpr std::array<std::int64_t, 3> channels{1, 3, 5};
  std::uint32_t number = 0;
  int legal = 0;
  for (int kernel = 0; kernel < 3; ++kernel) {
    for (int stride = 0; stride < 3; ++stride) {
      for (int padding = 0; padding < 3; ++padding) {
        for (int dilation = 0; dilation < 2; ++dilation) {
          for (int longer = 0; longer < 3; ++longer) {
            TransposedConvConfig<D> config{.in_channels = channels[number % 3],
                                           .out_channels = channels[number / 3 % 3],
                                           .bias = number % 2 == 0,
                                           .activation = number % 4 < 2 ? no_activation : leaky_relu(0.25),
                                           .seed = number};
            bool allowed = true;
            for (int a = 0; a < D; ++a) {
              config.kernel_size[a] = 1 + (kernel + a) % 3;
              config.stride[a] = 1 + (stride + 2 * a) % 3;
              config.padding[a] = (padding + a) % 3;
              config.dilation[a] = 1 + (dilation + a) % 2;
              config.output_padding[a] = a == 0 ? longer : (longer + a) % 2;
              allowed = allowed && (config.output_padding[a] == 0 || config.output_padding[a] < config.stride[a] ||
                                    config.output_padding[a] < config.dilation[a]);
            }
            ++number;
            if (!allowed) {
              EXPECT_THROW((TransposedConv<T, D>(config)), ShapeError);
              continue;
            }
            if (legal++ % step != 0) continue;
            SCOPED_TRACE("combination " + std::to_string(number));
            TransposedConv<T, D> layer(config);
            if (config.bias) layer.set_bias(test::random_numbers<T>(layer.out_channels(), number));
            expect_transposed(layer, test::random_tensor<T>(places, layer.in_channels(), number));
            if (::testing::Test::HasFatalFailure()) return;
          }
        }
      }
    }
  }
  EXPECT_GT(legal, 50);
}

// Three batch items, of which the second is empty.
TEST(TransposedConv, AgreesWithTheOracle1D) {
  expect_oracle_for_options<float, 1>({.shape = {9}, .batch_size = 3}, 9, 3);
}
TEST(TransposedConv, AgreesWithTheOracle2D) {
  expect_oracle_for_options<double, 2>({.shape = {5, 6}, .batch_size = 3}, 14);
}
TEST(TransposedConv, AgreesWithTheOracle3D) {
  expect_oracle_for_options<float, 3>({.shape = {4, 3, 5}, .batch_size = 3}, 16);
}
TEST(TransposedConv, AgreesWithTheOracle4D) {
  expect_oracle_for_options<float, 4>({.shape = {3, 2, 3, 2}, .batch_size = 3}, 10, 17);
}

template <class Pair>
class TransposedConvOf : public ::testing::Test {};
// The crosses above have float and double.
using NarrowPairs = ::testing::Types<test::Stored<half, half>, test::Stored<bfloat16, float>>;
TYPED_TEST_SUITE(TransposedConvOf, NarrowPairs);

TYPED_TEST(TransposedConvOf, FeaturesAndWeightsAgreesWithTheOracle) {
  using T = typename TypeParam::Features;
  using W = typename TypeParam::Learned;
  TransposedConv3D<T, W> layer({.in_channels = 17,
                                .out_channels = 21,
                                .stride = 2,
                                .padding = 1,
                                .output_padding = 1,
                                .bias = true,
                                .activation = relu,
                                .seed = 4});
  layer.set_bias(test::random_numbers<W>(21, 3));
  auto const sites = test::random_site_set<3>({.shape = {4, 5, 4}, .batch_size = 2}, 30, 1);
  expect_transposed(layer, test::random_tensor<T>(sites, 17, 2));
}

// <A x, y> = <x, A^T y>: a SparseConv, and the TransposedConv of the same numbers with each matrix transposed.
TEST(TransposedConv, IsTheAdjointOfTheSparseConvOfTheSameNumbers) {
  SparseConv2D<double> const down(
      {.in_channels = 3, .out_channels = 4, .kernel_size = {3, 2}, .stride = 2, .padding = {1, 0}, .dilation = {1, 2}});
  TransposedConv2D<double> up(
      {.in_channels = 4, .out_channels = 3, .kernel_size = {3, 2}, .stride = 2, .padding = {1, 0}, .dilation = {1, 2}});
  std::vector<double> turned;
  for (std::int64_t k = 0; k < 6; ++k) {
    for (std::int64_t j = 0; j < 4; ++j) {
      for (std::int64_t c = 0; c < 3; ++c) turned.push_back(down.weights().element(k)(c, j));
    }
  }
  up.set_weights(turned);
  auto const x =
      test::random_tensor<double>(test::random_site_set<2>({.shape = {9, 11}, .batch_size = 2}, 60, 1), 3, 2);
  auto const forward = down(cpu, x);
  auto const y = test::random_tensor<double>(forward.sites(), 4, 3);
  auto const back = up(cpu, y, x.sites());
  auto const product = [](auto const& a, auto const& b) {
    double sum = 0;
    for (std::int64_t i = 0; i < a.features().size(); ++i) sum += a.features().data[i] * b.features().data[i];
    return sum;
  };
  EXPECT_NEAR(product(forward, y), product(x, back), 1e-11);
}

// The sites of a skip connection on an odd extent: nothing reaches the last cell, which gets the bias, but it is a cell of the
// output's grid.
TEST(TransposedConv, LeadsOntoGivenSites) {
  TransposedConv1D<float> layer(
      {.in_channels = 1, .out_channels = 1, .kernel_size = 2, .stride = 2, .output_padding = 1, .bias = true});
  layer.set_weights(std::array<float, 2>{1, 10});
  layer.set_bias(std::array<float, 1>{0.5F});
  auto const input =
      make_sparse_tensor<float, 1>(seq, {.shape = {3}, .batch_size = 1}, {{0, {0}}, {0, {2}}}, {3.F, 5.F});
  SiteSet<1> const skip = test::sites_of<1>({.shape = {7}, .batch_size = 1}, {{0, {1}}, {0, {3}}, {0, {4}}, {0, {6}}});
  test::for_each_host_policy([&](auto const& where) {
    EXPECT_EQ(layer(where, input).grid().shape, Shape<1>{7});
    auto const result = layer(where, input, skip);
    EXPECT_TRUE(result.sites().is(skip));
    EXPECT_EQ(test::features_of(result), (std::vector<float>{30.5F, 0.5F, 5.5F, 0.5F}));
  });
  SiteSet<1> const outside = test::sites_of<1>({}, {{0, {7}}});
  EXPECT_EQ(
      message_of<CoordinateError>([&] { return layer(cpu, input, outside); }),
      "TransposedConv1D: the given sites (grid unbounded) lie from 7 to 7 along axis 0; from the input's grid of 3 the "
      "layer reaches 0 to 6; give sites in cells of the output grid");
}

// On an unbounded grid nothing is cropped: kernel 2, stride 3, padding 1 takes -2 to -7 and -6, and 0 to -1 and 0.
TEST(TransposedConv, SpreadsOnAnUnboundedGrid) {
  TransposedConv1D<float> layer({.in_channels = 1, .out_channels = 1, .kernel_size = 2, .stride = 3, .padding = 1});
  layer.set_weights(std::array<float, 2>{1, 10});
  auto const input = make_sparse_tensor<float, 1>(seq, {}, {{0, {-2}}, {0, {0}}}, {3.F, 5.F});
  auto const result = layer(cpu, input);
  EXPECT_EQ(test::cells_of(result.sites()), (std::vector<test::Indices>{{0, -7}, {0, -6}, {0, -1}, {0, 0}}));
  EXPECT_EQ(test::features_of(result), (std::vector<float>{3, 30, 5, 50}));
}

TEST(TransposedConv, AddsAResidual) {
  TransposedConv1D<float> layer(
      {.in_channels = 1, .out_channels = 1, .kernel_size = 2, .stride = 2, .activation = relu});
  layer.set_weights(std::array<float, 2>{1, 10});
  auto const input = make_sparse_tensor<float, 1>(seq, {.shape = {3}, .batch_size = 1}, {{0, {1}}}, {3.F});
  SparseTensor<float, 1> const shortcut(layer.output_sites(cpu, input.sites()), 1, Buffer<float>(2, -5.F));
  EXPECT_EQ(test::features_of(layer.with_residual(cpu, input, shortcut)), (std::vector<float>{0, 25}));
}

TEST(TransposedConv, TakesATensorWithoutSites) {
  TransposedConv2D<float> const layer({.in_channels = 4, .out_channels = 6, .stride = 2});
  test::for_each_host_policy([&](auto const& where) {
    auto const result = layer(where, SparseTensor<float, 2>(SiteSet<2>({.shape = {3, 4}, .batch_size = 2}, {}), 4));
    EXPECT_EQ(result.size(), 0);
    EXPECT_EQ(result.channels(), 6);
    EXPECT_EQ(result.grid().shape, (Shape<2>{7, 9}));
    EXPECT_EQ(result.grid().batch_size, 2);
  });
}

TEST(TransposedConv, HasANameForEachDimension) {
  static_assert(std::is_same_v<TransposedConv1D<float>, TransposedConv<float, 1>>);
  static_assert(std::is_same_v<TransposedConv2D<double>, TransposedConv<double, 2>>);
  static_assert(std::is_same_v<TransposedConv3D<half, float>, TransposedConv<half, 3, float>>);
  static_assert(std::is_same_v<TransposedConv4D<float>, TransposedConv<float, 4>>);
  EXPECT_EQ(message_of<ShapeError>([] { return TransposedConv4D<float>({}).in_channels(); }),
            "TransposedConv4D: in_channels is 0, out_channels is 0; both must be at least 1");
}

TEST(TransposedConv, IsByDefaultAKernelOfThreeWithoutBias) {
  TransposedConv3D<float> const layer({.in_channels = 2, .out_channels = 5, .seed = 8});
  EXPECT_EQ(layer.geometry(), (KernelGeometry<3>{.kernel_size = 3, .transposed = true}));
  EXPECT_EQ(layer.definition(), OutputDefinition::regular);
  EXPECT_EQ(layer.activation(), no_activation);
  EXPECT_TRUE(layer.bias().empty());
  Buffer<float> const expected = he_uniform<float>(27 * 2 * 5, 27 * 2, 8);
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), layer.weights().data));
  EXPECT_EQ(layer.parameter_count(), expected.size());
}

TEST(TransposedConv, RefusesWhatItCannotBeMadeFrom) {
  auto const made = [](TransposedConvConfig<2> config) {
    if (config.in_channels == 0) config.in_channels = config.out_channels = 1;
    return message_of<ShapeError>([&] { return TransposedConv2D<float>(config).in_channels(); });
  };
  EXPECT_EQ(made({.in_channels = 4, .out_channels = -1}),
            "TransposedConv2D: in_channels is 4, out_channels is -1; both must be at least 1");
  EXPECT_EQ(made({.kernel_size = {3, 0}}), "TransposedConv2D: kernel_size is 3 x 0; every extent must be at least 1");
  EXPECT_EQ(made({.stride = {0, 2}}), "TransposedConv2D: stride is 0 x 2; every stride must be at least 1");
  EXPECT_EQ(made({.padding = {1, -1}}), "TransposedConv2D: padding is 1 x -1; no padding can be negative");
  EXPECT_EQ(made({.stride = 2, .output_padding = {1, 2}}),
            "TransposedConv2D: output_padding is 1 x 2; it must be at least 0, and below the stride or the dilation");
}

TEST(TransposedConv, RefusesAGridOfWhichPaddingLeavesNothing) {
  TransposedConv1D<float> const layer({.in_channels = 1, .out_channels = 1, .kernel_size = 1, .padding = 1});
  SparseTensor<float, 1> const input(test::sites_of<1>({.shape = {2}, .batch_size = 1}, {{0, {1}}}), 1);
  EXPECT_EQ(
      message_of<ShapeError>([&] { return layer(cpu, input).size(); }),
      "output_sites: a transposed convolution of 2 cells along axis 0 would have 0; an extent is 1 to 2^31 - 1, so "
      "use less padding");
}

}  // namespace
}  // namespace sparseconv::transposed_conv_test

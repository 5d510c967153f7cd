#include "sparseconv/layers/convolution.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "layers/layer_oracle.hpp"
#include "sparseconv/layers/sparse_conv.hpp"
#include "sparseconv/layers/submanifold_conv.hpp"
#include "support/element_pairs.hpp"
#include "support/error_message.hpp"
#include "support/feature_view.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::convolution_test {
namespace {

using test::message_of;

template <class Where>
class ConvolutionOn : public ::testing::Test {};
TYPED_TEST_SUITE(ConvolutionOn, test::Policies);

/// A layer of every option, on sites of two batch items.
SparseConv3D<float> strided_layer(std::int64_t in_channels, std::int64_t out_channels) {
  SparseConv3D<float> conv({.in_channels = in_channels,
                            .out_channels = out_channels,
                            .kernel_size = {3, 2, 4},
                            .stride = {2, 1, 3},
                            .padding = {1, 0, 2},
                            .dilation = {1, 2, 1},
                            .bias = true,
                            .activation = leaky_relu(0.125),
                            .seed = 3});
  conv.set_bias(test::random_numbers<float>(out_channels, 77));
  return conv;
}

SparseTensor<float, 3> scene(std::int64_t sites, std::int64_t channels) {
  return test::random_tensor<float>(test::random_site_set<3>({.shape = {17, 19, 23}, .batch_size = 2}, sites, 12),
                                    channels, 13);
}

template <class T, int D, class W>
std::vector<W> weights_of(Convolution<T, D, HostMemory, W> const& layer) {
  return {layer.weights().data, layer.weights().data + layer.weights().size()};
}

TYPED_TEST(ConvolutionOn, AgreesWithTheReferenceAtEveryWidth) {
  for (std::int64_t const in_channels : {1, 17, 33}) {
    for (std::int64_t const out_channels : {3, 31, 65}) {
      SparseConv3D<float> const conv = strided_layer(in_channels, out_channels);
      SparseTensor<float, 3> const input = scene(900, in_channels);
      auto const result = conv(TypeParam::policy(), input);
      auto const reference = conv(seq, input);
      ASSERT_TRUE(std::ranges::equal(result.sites().coordinates(), reference.sites().coordinates()));
      // |input| <= 1, |weight| < b, |bias| <= 1, and two ways of rounding the same terms.
      std::int64_t const terms = 24 * in_channels;
      double const magnitude = std::sqrt(6.0 * static_cast<double>(terms)) + 1;
      EXPECT_LE(test::largest_difference(result.features(), reference.features()),
                2 * test::rounding_bound<float>(terms + 2, magnitude))
          << in_channels << " to " << out_channels;
    }
  }
}

template <class Pair>
class ConvolutionOf : public ::testing::Test {};
TYPED_TEST_SUITE(ConvolutionOf, test::ElementPairs);

TYPED_TEST(ConvolutionOf, FeaturesAndWeightsAgreesWithTheOracle) {
  using T = typename TypeParam::Features;
  using W = typename TypeParam::Learned;
  auto const input =
      test::random_tensor<T>(test::random_site_set<3>({.shape = {7, 8, 9}, .batch_size = 2}, 120, 1), 17, 2);
  auto const bias = test::random_numbers<W>(21, 3);
  auto const check = [&](auto layer) {
    layer.set_bias(bias);
    static_assert(std::is_same_v<decltype(layer(seq, input)), SparseTensor<T, 3>>);
    test::expect_oracle(seq, layer, input);
    test::expect_oracle(test::OnCpu<2>::policy(), layer, input);
  };
  check(SubmanifoldConv3D<T, W>({.in_channels = 17, .out_channels = 21, .bias = true, .activation = relu, .seed = 4}));
  check(SparseConv3D<T, W>({.in_channels = 17,
                            .out_channels = 21,
                            .kernel_size = {3, 2, 3},
                            .stride = 2,
                            .padding = 1,
                            .bias = true,
                            .activation = leaky_relu(0.25),
                            .seed = 5}));
}

/// A layer and its double that stores the same weights and bias in float.
template <class T>
void expect_bits_of_float(CpuPolicy const& where) {
  SubmanifoldConv3D<T, bfloat16> narrow(
      {.in_channels = 9, .out_channels = 35, .bias = true, .activation = leaky_relu(0.125), .seed = 6});
  narrow.set_bias(test::random_numbers<bfloat16>(35, 7));
  SubmanifoldConv3D<T, float> wide({.in_channels = 9, .out_channels = 35, .activation = leaky_relu(0.125)});
  auto const weights = weights_of(narrow);
  wide.set_weights(std::vector<float>(weights.begin(), weights.end()));
  wide.set_bias(std::vector<float>(narrow.bias().begin(), narrow.bias().end()));
  auto const sites = test::random_site_set<3>({.shape = {17, 19, 23}, .batch_size = 2}, 700, 8);
  auto const input = test::random_tensor<T>(sites, 9, 9);
  auto const shortcut = test::random_tensor<T>(sites, 35, 10);
  auto const check = [&](auto const& policy, auto how) {
    test::expect_same_tensor(narrow.with_residual(policy, input, shortcut, how),
                             wide.with_residual(policy, input, shortcut, how));
  };
  check(seq, dataflow::gather_gemm_scatter);
  check(seq, dataflow::implicit_gemm);
  check(where, dataflow::gather_gemm_scatter);
  check(where, dataflow::implicit_gemm);
}

TEST(Convolution, WeightsThatBfloat16HoldsGiveTheBitsOfFloat) {
  test::for_each_cpu_policy([](CpuPolicy const& where) {
    expect_bits_of_float<float>(where);
    expect_bits_of_float<half>(where);
    expect_bits_of_float<bfloat16>(where);
  });
}

TEST(Convolution, HasTheSameBitsForAnyNumberOfThreads) {
  for (std::int64_t const channels : {1, 16, 33}) {
    SparseConv3D<float> const conv = strided_layer(channels, channels + 2);
    SparseTensor<float, 3> const input = scene(2'500, channels);
    auto const expected = conv(cpu.threads(1), input);
    for (int const threads : {2, 3, 7, 16}) {
      // Sites of their own, so that nothing is found that another number of threads derived.
      SiteSet<3> const sites(input.grid(), Buffer<Coordinate<3>>(input.sites().coordinates()));
      SparseTensor<float, 3> const again(sites, channels,
                                         Buffer<float>(std::span<float const>(input.features().values())));
      SCOPED_TRACE(threads);
      test::expect_same_tensor(conv(cpu.threads(threads), again), expected);
    }
  }
}

// Named outputs: cells of the output grid in any selection, also such as no input reaches and such as lie outside.
TYPED_TEST(ConvolutionOn, ConvolvesOntoSitesThatTheCallerNames) {
  SparseConv3D<double> conv({.in_channels = 3,
                             .out_channels = 5,
                             .kernel_size = {2, 3, 1},
                             .stride = {1, 2, 2},
                             .padding = {1, 1, 0},
                             .dilation = {2, 1, 1},
                             .bias = true,
                             .activation = relu});
  conv.set_bias(test::random_numbers<double>(5, 9));
  auto const input =
      test::random_tensor<double>(test::random_site_set<3>({.shape = {5, 6, 7}, .batch_size = 2}, 90, 1), 3, 2);
  SiteSet<3> const outputs = test::sites_of<3>({.shape = {}, .batch_size = 3},
                                               test::random_coordinates<3>({{-1, 0, 0}, {5, 3, 3}, {0, 1}}, 200, 3));
  auto const result = conv(TypeParam::policy(), input, outputs);
  EXPECT_TRUE(result.sites().is(outputs));

  test::DenseImage const image = test::to_image(input);
  std::vector<double> const weights = weights_of(conv);
  std::int64_t reached = 0;
  for (std::int64_t row = 0; row < outputs.size(); ++row) {
    Coordinate<3> const& site = outputs.coordinates()[static_cast<std::size_t>(row)];
    SCOPED_TRACE(to_string(site));
    test::OracleSum sum(5);
    if (site.batch < 2) {
      sum = test::sum_at(image, weights, 5, test::to_oracle(conv.geometry()), site.batch, test::position_of(site));
    }
    reached += sum.reached;
    test::expect_row(conv, result.features().row_data(row), sum.value.data(), sum.magnitude.data(), sum.terms);
  }
  EXPECT_GT(reached, 20);
  EXPECT_LT(reached, 180);
}

TEST(Convolution, NamedSitesThatAreTheLayersOwnGiveTheLayersOwnResult) {
  SparseConv3D<float> const conv = strided_layer(4, 6);
  SparseTensor<float, 3> const input = scene(600, 4);
  auto const own = conv(cpu, input);
  test::expect_same_tensor(conv(cpu, input, own.sites()), own);
}

TYPED_TEST(ConvolutionOn, NamingNoSitesGivesNone) {
  auto const result = strided_layer(4, 6)(TypeParam::policy(), scene(100, 4), SiteSet<3>{});
  EXPECT_EQ(result.size(), 0);
  EXPECT_EQ(result.channels(), 6);
}

TYPED_TEST(ConvolutionOn, TakesATensorWithoutSites) {
  SiteSet<3> const none({.shape = {17, 19, 23}, .batch_size = 2}, {});
  SparseTensor<float, 3> const input(none, 4);
  auto const strided = strided_layer(4, 6)(TypeParam::policy(), input);
  EXPECT_EQ(strided.size(), 0);
  EXPECT_EQ(strided.channels(), 6);
  EXPECT_EQ(strided.grid().shape, (Shape<3>{9, 17, 8}));
  auto const submanifold = SubmanifoldConv3D<float>({.in_channels = 4, .out_channels = 2})(TypeParam::policy(), input);
  EXPECT_TRUE(submanifold.sites().is(none));
  EXPECT_EQ(submanifold.channels(), 2);

  // Sites that are named get the epilogue of nothing, here of a bias alone.
  SparseConv3D<float> biased({.in_channels = 4, .out_channels = 2, .bias = true});
  biased.set_bias(std::array<float, 2>{1.5F, -2.5F});
  SiteSet<3> const one({.shape = {15, 17, 21}, .batch_size = 2}, Buffer<Coordinate<3>>(1, {1, {3, 4, 5}}));
  EXPECT_EQ(test::features_of(biased(TypeParam::policy(), input, one)), (std::vector<float>{1.5F, -2.5F}));
}

// Items 0 and 2 of three hold the same points, item 1 none: their results agree, and item 1 stays empty.
TYPED_TEST(ConvolutionOn, AnEmptyBatchItemStaysEmpty) {
  auto const points = test::random_coordinates<3>({{0, 0, 0}, {8, 9, 10}, {0}}, 150, 5);
  std::vector<Coordinate<3>> list = points;
  for (Coordinate<3> point : points) {
    point.batch = 2;
    list.push_back(point);
  }
  SiteSet<3> const sites = test::sites_of<3>({.shape = {9, 10, 11}, .batch_size = 3}, list);
  Buffer<float> features = test::random_numbers<float>(sites.size() * 4, 6);
  std::copy_n(features.begin(), features.size() / 2, features.begin() + features.size() / 2);
  auto const result = strided_layer(4, 6)(TypeParam::policy(), SparseTensor<float, 3>(sites, 4, std::move(features)));
  ASSERT_GT(result.size(), 0);
  ASSERT_EQ(result.size() % 2, 0);
  std::int64_t const half = result.size() / 2;
  for (std::int64_t row = 0; row < half; ++row) {
    Coordinate<3> const& first = result.sites().coordinates()[static_cast<std::size_t>(row)];
    Coordinate<3> const& second = result.sites().coordinates()[static_cast<std::size_t>(row + half)];
    EXPECT_EQ(first.batch, 0);
    EXPECT_EQ(second.batch, 2);
    EXPECT_EQ(first.position, second.position);
    EXPECT_TRUE(std::equal(result.features().row_data(row), result.features().row_data(row) + 6,
                           result.features().row_data(row + half)));
  }
}

TEST(Convolution, LayersOfOneGeometryShareTheRulebookOfTheirSites) {
  SparseTensor<float, 3> const input = scene(300, 4);
  SiteSet<3> const& sites = input.sites();
  SubmanifoldConv3D<float> const first({.in_channels = 4, .out_channels = 8, .seed = 1});
  SubmanifoldConv3D<float> const second({.in_channels = 8, .out_channels = 3, .bias = true, .seed = 2});
  auto const middle = first(cpu, input);
  auto const last = second(seq, middle);
  EXPECT_TRUE(middle.sites().is(sites));
  EXPECT_TRUE(last.sites().is(sites));
  auto const rules = first.rulebook(cpu, sites, sites);
  EXPECT_EQ(rules.get(), second.rulebook(seq, middle.sites(), last.sites()).get());
  EXPECT_EQ(rules.get(), first.rulebook(cpu.threads(2), sites, sites).get());

  SparseConv3D<float> const a = strided_layer(4, 6);
  SparseConv3D<float> const b = strided_layer(4, 9);
  EXPECT_TRUE(a(cpu, input).sites().is(b(cpu, input).sites()));
  EXPECT_EQ(a.rulebook(cpu, sites, a.output_sites(cpu, sites)).get(),
            b.rulebook(cpu, sites, b.output_sites(cpu, sites)).get());
}

TEST(Convolution, LayersOfOtherGeometriesShareNothing) {
  SiteSet<3> const sites = scene(300, 1).sites();
  SubmanifoldConv3D<float> const plain({.in_channels = 1, .out_channels = 1});
  SubmanifoldConv3D<float> const dilated({.in_channels = 1, .out_channels = 1, .dilation = {1, 1, 2}});
  SubmanifoldConv3D<float> const longer({.in_channels = 1, .out_channels = 1, .kernel_size = {3, 3, 5}});
  std::array const rulebooks{plain.rulebook(cpu, sites, sites), dilated.rulebook(cpu, sites, sites),
                             longer.rulebook(cpu, sites, sites)};
  EXPECT_NE(rulebooks[0].get(), rulebooks[1].get());
  EXPECT_NE(rulebooks[0].get(), rulebooks[2].get());
  EXPECT_NE(rulebooks[1].get(), rulebooks[2].get());

  SparseConvConfig<3> config{.in_channels = 1, .out_channels = 1, .kernel_size = 2, .stride = 2};
  SparseConv3D<float> const regular(config);
  config.definition = OutputDefinition::floor;
  SparseConv3D<float> const floor(config);
  config.padding = 1;
  SparseConv3D<float> const padded(config);
  EXPECT_FALSE(regular.output_sites(cpu, sites).is(floor.output_sites(cpu, sites)));
  EXPECT_FALSE(floor.output_sites(cpu, sites).is(padded.output_sites(cpu, sites)));

  // Equal lists are not one set: what was derived from one is not found for the other.
  SiteSet<3> const twin(sites.grid(), Buffer<Coordinate<3>>(sites.coordinates()));
  EXPECT_NE(plain.rulebook(cpu, sites, sites).get(), plain.rulebook(cpu, twin, twin).get());
  EXPECT_NE(plain.rulebook(cpu, sites, sites).get(), plain.rulebook(cpu, sites, twin).get());
}

TEST(Convolution, GivesTheSameBitsAfterWhatWasDerivedIsReleased) {
  SparseConv3D<float> const conv = strided_layer(4, 6);
  SparseTensor<float, 3> const input = scene(800, 4);
  auto const before = conv(cpu, input);
  EXPECT_GT(input.sites().derived_bytes(), 0);
  std::weak_ptr<Rulebook<> const> const rules = conv.rulebook(cpu, input.sites(), before.sites());
  input.sites().release_derived();
  EXPECT_EQ(input.sites().derived_bytes(), 0);
  EXPECT_TRUE(rules.expired());
  auto const after = conv(cpu, input);
  EXPECT_FALSE(after.sites().is(before.sites()));
  test::expect_same_tensor(after, before);
}

TEST(Convolution, HoldsEitherKindByValue) {
  std::vector<Convolution<float, 3>> const network{
      SubmanifoldConv3D<float>({.in_channels = 4, .out_channels = 5, .seed = 1}), strided_layer(5, 6)};
  SparseTensor<float, 3> const input = scene(300, 4);
  SparseTensor<float, 3> features = input;
  for (auto const& layer : network) features = layer(cpu, features);
  auto const expected =
      strided_layer(5, 6)(cpu, SubmanifoldConv3D<float>({.in_channels = 4, .out_channels = 5, .seed = 1})(cpu, input));
  test::expect_same_tensor(features, expected);
}

// Kernel 1, weight 4, bias 0.5: 4 * 3 + 0.5 - 20 is below 0, 4 * 5 + 0.5 - 20 is not.
TYPED_TEST(ConvolutionOn, AddsAResidualBeforeTheActivation) {
  SubmanifoldConv1D<float> conv(
      {.in_channels = 1, .out_channels = 1, .kernel_size = 1, .bias = true, .activation = relu});
  conv.set_weights(std::array<float, 1>{4});
  conv.set_bias(std::array<float, 1>{0.5F});
  SiteSet<1> const sites = test::sites_of(Grid<1>{}, std::vector<Coordinate<1>>{{0, {2}}, {0, {4}}});
  SparseTensor<float, 1> input(sites, 1);
  input.features()(0, 0) = 3;
  input.features()(1, 0) = 5;
  SparseTensor<float, 1> const shortcut(sites, 1, Buffer<float>(2, -20.F));
  auto const result = conv.with_residual(TypeParam::policy(), input, shortcut);
  EXPECT_EQ(test::features_of(result), (std::vector<float>{0, 0.5F}));
  EXPECT_TRUE(result.sites().is(sites));
}

TYPED_TEST(ConvolutionOn, TakesAResidualOfEqualSites) {
  SparseConv3D<float> const conv = strided_layer(4, 6);
  SparseTensor<float, 3> const input = scene(200, 4);
  auto const shortcut = conv(TypeParam::policy(), input);
  auto const expected = conv.with_residual(TypeParam::policy(), input, shortcut);
  input.sites().release_derived();  // the layer's own sites are another set from now on
  auto const result = conv.with_residual(TypeParam::policy(), input, shortcut);
  EXPECT_TRUE(result.sites().is(shortcut.sites()));
  test::expect_same_tensor(result, expected);
}

TYPED_TEST(ConvolutionOn, RefusesGivenSitesThatNothingCouldReach) {
  SparseConv1D<float> const conv({.in_channels = 1, .out_channels = 1, .kernel_size = 3, .stride = 2, .padding = 1});
  SparseTensor<float, 1> const input(
      SiteSet<1>({.shape = Shape<1>(10)}, Buffer<Coordinate<1>>(std::int64_t{1}, Coordinate<1>{0, {4}})), 1,
      Buffer<float>(1, 1.F));
  auto const onto = [&](std::int32_t batch, std::int32_t position) {
    SiteSet<1> const sites({.batch_size = batch + 1},
                           Buffer<Coordinate<1>>(std::int64_t{1}, Coordinate<1>{batch, {position}}));
    return conv(TypeParam::policy(), input, sites);
  };
  // Windows of 2o - 1 to 2o + 1 against cells 0 to 9.
  EXPECT_EQ(onto(0, 0).size(), 1);
  EXPECT_EQ(onto(0, 5).size(), 1);
  EXPECT_EQ(
      message_of<CoordinateError>([&] { return onto(0, 6); }),
      "SparseConv1D: the given sites (grid unbounded) lie from 6 to 6 along axis 0; from the input's grid of 10 the "
      "layer reaches 0 to 5; give sites in cells of the output grid");
  EXPECT_THROW(static_cast<void>(onto(0, -1)), CoordinateError);
  EXPECT_EQ(message_of<CoordinateError>([&] { return onto(1, 2); }),
            "SparseConv1D: the given sites have batch items 1 to 1, the input has 1; give sites of items that it has");
}

// The usual way down and up again: what the way down drops of an odd extent is still a target of the way up.
TEST(Convolution, TransposedLeadsBackOntoSitesOfEveryExtent) {
  KernelGeometry<1> const up{.kernel_size = 2, .stride = 2, .transposed = true};
  for (std::int32_t const extent : {4, 5, 6, 7}) {
    std::vector<Coordinate<1>> cells;
    for (std::int32_t i = 0; i < extent; ++i) cells.push_back({0, {i}});
    SparseTensor<float, 1> const input(test::sites_of(Grid<1>{.shape = Shape<1>(extent)}, cells), 1);
    SparseConv1D<float> const down({.in_channels = 1, .out_channels = 1, .kernel_size = 2, .stride = 2});
    Convolution<float, 1> const back("up", up, OutputDefinition::regular, no_activation,
                                     Weights<float>(2, 1, 1, Buffer<float>(2, 1.F)), {});
    EXPECT_EQ(back(cpu, down(cpu, input), input.sites()).size(), extent);
  }
}

TEST(Convolution, RefusesAResidualOfOtherSitesOrChannels) {
  SubmanifoldConv3D<float> const conv({.in_channels = 4, .out_channels = 6});
  SparseTensor<float, 3> const input = scene(50, 4);
  EXPECT_EQ(message_of<ShapeError>(
                [&] { return conv.with_residual(cpu, input, SparseTensor<float, 3>(scene(49, 4).sites(), 6)); }),
            "SubmanifoldConv3D.with_residual: the residual's 49 sites are not the result's 50; give a tensor on the "
            "sites that the layer leads to");
  EXPECT_EQ(message_of<ShapeError>([&] { return conv.with_residual(cpu, input, input); }),
            "SubmanifoldConv3D.with_residual: the residual has 4 channels, the layer gives 6; they must be equal");
}

TYPED_TEST(ConvolutionOn, GoesByPairsOrByRowMap) {
  SparseConv3D<float> const conv = strided_layer(4, 6);
  SparseTensor<float, 3> const input = scene(300, 4);
  auto const expected = conv(seq, input);
  auto const& where = TypeParam::policy();
  auto const by_map = conv(where, input, dataflow::implicit_gemm);
  test::expect_same_tensor(by_map, expected);  // plain loops in the order of seq
  EXPECT_EQ(conv.row_map(where, input.sites(), by_map.sites()), conv.row_map(where, input.sites(), by_map.sites()));
  auto const by_pairs = conv(where, input, by_map.sites(), dataflow::gather_gemm_scatter);
  EXPECT_LE(test::largest_difference(by_pairs.features(), expected.features()), 1e-4);
}

TEST(Convolution, CountsWeightsAndBias) {
  SparseConv3D<float> conv = strided_layer(4, 6);
  EXPECT_EQ(conv.parameter_count(), 24 * 4 * 6 + 6);
  conv.set_bias({});
  EXPECT_EQ(conv.parameter_count(), 24 * 4 * 6);
  EXPECT_EQ(conv.in_channels(), 4);
  EXPECT_EQ(conv.out_channels(), 6);
}

TEST(Convolution, WithoutItsBiasIsTheSameLessTheBias) {
  SparseConv1D<float> conv({.in_channels = 1, .out_channels = 1, .kernel_size = 1, .bias = true});
  conv.set_weights(std::array<float, 1>{4});
  conv.set_bias(std::array<float, 1>{0.5F});
  SparseTensor<float, 1> const input(SiteSet<1>({}, Buffer<Coordinate<1>>(1, {0, {7}})), 1, Buffer<float>(1, 3.F));
  EXPECT_EQ(test::feature_view(conv(seq, input))(0, 0), 12.5F);
  conv.set_bias({});
  EXPECT_EQ(test::feature_view(conv(seq, input))(0, 0), 12.F);
  conv.set_activation(leaky_relu(0.5));
  conv.set_weights(std::array<float, 1>{-4});
  EXPECT_EQ(test::feature_view(conv(seq, input))(0, 0), -6.F);
}

TEST(Convolution, RefusesWeightsOfAnotherLengthAndKeepsItsOwn) {
  SparseConv3D<float> conv = strided_layer(4, 6);
  std::vector<float> const before = weights_of(conv);
  auto const set = [&](std::size_t count) {
    return message_of<ShapeError>([&] {
      conv.set_weights(std::vector<float>(count, 1.F));
      return 0;
    });
  };
  EXPECT_EQ(set(575),
            "SparseConv3D.set_weights: 575 values for weights of 24 kernel elements x 4 x 6 channels; give 576");
  EXPECT_EQ(set(0), "SparseConv3D.set_weights: 0 values for weights of 24 kernel elements x 4 x 6 channels; give 576");
  EXPECT_EQ(weights_of(conv), before);
}

TEST(Convolution, RefusesABiasOfAnotherLengthAndKeepsItsOwn) {
  SubmanifoldConv2D<float> conv({.in_channels = 1, .out_channels = 3, .bias = true});
  conv.set_bias(std::array<float, 3>{1, 2, 3});
  EXPECT_EQ(message_of<ShapeError>([&] {
              conv.set_bias(std::array<float, 2>{7, 8});
              return 0;
            }),
            "SubmanifoldConv2D.set_bias: 2 values for 3 output channels; give one for each, or none");
  EXPECT_TRUE(std::ranges::equal(conv.bias(), std::array<float, 3>{1, 2, 3}));
}

TEST(Convolution, RefusesMoreNumbersThanCanBeAddressed) {
  Convolution<float, 1> const conv("conv", KernelGeometry<1>{.kernel_size = 3}, OutputDefinition::regular,
                                   no_activation, Weights<float>(3, 0, std::int64_t{1} << 62, {}), {});
  SparseTensor<float, 1> const input(test::random_site_set(Grid<1>{.shape = {40}}, 9, 1), 0);
  EXPECT_EQ(message_of<CapacityError>([&] { return conv(seq, input, input.sites()); }),
            "conv: 9 sites of 4611686018427387904 channels cannot be addressed; take fewer");
}

TEST(Convolution, RefusesAnInputOfOtherChannelsBeforeItDerivesAnything) {
  SubmanifoldConv3D<float> const conv({.in_channels = 16, .out_channels = 2});
  SparseTensor<float, 3> const input = scene(50, 4);
  std::string const sentence =
      "SubmanifoldConv3D: input has 4 channels, the layer takes 16; make the layer with in_channels = 4, or give it "
      "another input";
  EXPECT_EQ(message_of<ShapeError>([&] { return conv(cpu, input); }), sentence);
  EXPECT_EQ(message_of<ShapeError>([&] { return conv(seq, input, input.sites()); }), sentence);
  EXPECT_EQ(input.sites().derived_bytes(), 0);
}

// Regular outputs of a kernel of 3 around a site at the end of int32 would lie beyond it.
TYPED_TEST(ConvolutionOn, AThrowLeavesLayerAndSitesUsable) {
  constexpr std::int32_t highest = std::numeric_limits<std::int32_t>::max();
  SparseConv1D<float> conv({.in_channels = 1, .out_channels = 1, .kernel_size = 3, .padding = 2});
  std::vector<float> const before = weights_of(conv);
  SparseTensor<float, 1> const input(SiteSet<1>({}, Buffer<Coordinate<1>>(1, {0, {highest}})), 1,
                                     Buffer<float>(1, 1.F));
  EXPECT_EQ(message_of<CoordinateError>([&] { return conv(TypeParam::policy(), input); }),
            "output_sites: an output at position 2147483648 of axis 0 does not fit 32 bits; give the grid a shape, or "
            "move the sites towards 0");
  EXPECT_EQ(weights_of(conv), before);
  // o takes o - 2 + k: the site's own row takes it by k = 2.
  EXPECT_EQ(test::features_of(conv(TypeParam::policy(), input, input.sites())), (std::vector<float>{before[2]}));
}

TEST(Convolution, RefusesADefinitionThatItsStrideDoesNotFitWhenItIsMade) {
  EXPECT_EQ(
      message_of<ShapeError>([] {
        return SparseConv2D<float>(
                   {.in_channels = 1, .out_channels = 1, .stride = 2, .definition = OutputDefinition::submanifold})
            .parameter_count();
      }),
      "SparseConv2D: a submanifold convolution has stride 1, not 2 x 2; use the regular or floor definition");
  EXPECT_THROW((Convolution<float, 1>("of parts", {.stride = 0}, OutputDefinition::regular, no_activation, {}, {})),
               ShapeError);
}

TEST(Convolution, ThatWasMovedFromSaysSo) {
  SubmanifoldConv2D<float> conv({.in_channels = 2, .out_channels = 3});
  SubmanifoldConv2D<float> const taken = std::move(conv);
  EXPECT_EQ(taken.in_channels(), 2);
  EXPECT_EQ(conv.parameter_count(), 0);  // NOLINT: what is tested
  SparseTensor<float, 2> const input(
      SiteSet<2>({.shape = {4, 4}}, Buffer<Coordinate<2>>(std::int64_t{1}, Coordinate<2>{})), 2);
  EXPECT_EQ(message_of<ShapeError>([&] { return conv(cpu, input); }),
            "Convolution: the layer was moved from and has no weights; use the one that it was moved to");
  SparseTensor<float, 2> gone = input;
  SparseTensor<float, 2> const kept = std::move(gone);
  EXPECT_EQ(message_of<ShapeError>([&] { return taken(cpu, gone); }),  // NOLINT: what is tested
            "SiteSet: the set was moved from and has nothing to convolve; use the one that it was moved to");
}

}  // namespace
}  // namespace sparseconv::convolution_test

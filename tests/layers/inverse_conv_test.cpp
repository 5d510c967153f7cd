#include "sparseconv/layers/inverse_conv.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "layers/layer_oracle.hpp"
#include "sparseconv/layers/batch_norm.hpp"
#include "sparseconv/layers/sparse_conv.hpp"
#include "sparseconv/layers/sparse_pool.hpp"
#include "sparseconv/layers/submanifold_conv.hpp"
#include "sparseconv/layers/transposed_conv.hpp"
#include "support/element_pairs.hpp"
#include "support/error_message.hpp"
#include "support/feature_view.hpp"
#include "support/option_cross.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"
#include "support/transposed_oracle.hpp"

namespace sparseconv::inverse_conv_test {
namespace {

using test::message_of;

/// A result against the sums over the earlier layer's pairs.
template <class T, int D, class W>
void expect_sums(InverseConv<T, D, HostMemory, W> const& layer, SparseTensor<T, D> const& result,
                 std::vector<test::OracleSum> const& sums) {
  ASSERT_EQ(result.channels(), layer.out_channels());
  ASSERT_EQ(static_cast<std::size_t>(result.size()), sums.size());
  for (std::int64_t row = 0; row < result.size(); ++row) {
    test::OracleSum const& sum = sums[static_cast<std::size_t>(row)];
    test::expect_row(layer, result.features().row_data(row), sum.value.data(), sum.magnitude.data(), sum.terms);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

/// Every policy of the host and either dataflow against the oracle; threads have the same bits.
template <class T, int D, class W>
void expect_inverse(InverseConv<T, D, HostMemory, W> const& layer, SparseTensor<T, D> const& input,
                    SiteSet<D> const& targets) {
  std::vector<double> const weights(layer.weights().data, layer.weights().data + layer.weights().size());
  auto const sums = test::invert_pairs(test::to_cell_map(input), test::cells_of(targets), weights, layer.in_channels(),
                                       layer.out_channels(), test::to_oracle(layer.undoes().geometry),
                                       layer.undoes().geometry.transposed);
  auto const of_one = layer(test::OnCpu<1>::policy(), input, targets);
  test::for_each_host_policy([&](auto const& where) {
    auto const result = layer(where, input, targets);
    EXPECT_TRUE(result.sites().is(targets));
    expect_sums(layer, result, sums);
    if constexpr (std::is_same_v<decltype(where), CpuPolicy const&>) test::expect_same_tensor(result, of_one);
  });
  auto const by_map = layer(seq, input, targets, dataflow::implicit_gemm);
  test::expect_same_tensor(by_map, layer(seq, input, targets));  // the same plain loops
}

// A line of 6 cells, sites 1 and 4; a layer of kernel 3, stride 2, padding 1 takes cells 2 o - 1 + k:
//   o = 0 site 1 by k = 2;  o = 1 site 1 by k = 0;  o = 2 site 4 by k = 1.
// The other way round, with 2, 3, 5 at the three outputs and weights 1, 10, 100:
//   site 1: 2 x 100 + 3 x 1 = 203;  site 4: 5 x 10 = 50
TEST(InverseConv, LeadsBackByHand) {
  SparseConv1D<float> const down({.in_channels = 1, .out_channels = 1, .kernel_size = 3, .stride = 2, .padding = 1});
  InverseConv1D<float> up({.in_channels = 1, .out_channels = 1, .undoes = down, .bias = true});
  up.set_weights(std::array<float, 3>{1, 10, 100});
  up.set_bias(std::array<float, 1>{0.5F});
  SiteSet<1> const sites = test::sites_of<1>({.shape = {6}, .batch_size = 1}, {{0, {1}}, {0, {4}}});
  test::for_each_host_policy([&](auto const& where) {
    SiteSet<1> const reached = down.output_sites(where, sites);
    ASSERT_EQ(reached.size(), 3);
    SparseTensor<float, 1> const input(reached, 1,
                                       Buffer<float>(std::span<float const>(std::array<float, 3>{2, 3, 5})));
    auto const result = up(where, input, sites);
    EXPECT_TRUE(result.sites().is(sites));
    EXPECT_EQ(test::features_of(result), (std::vector<float>{203.5F, 50.5F}));
    // The transposed layer of the same numbers reaches every cell of 5, and gives the same onto the same sites.
    TransposedConvConfig<1> config{.in_channels = 1, .out_channels = 1, .kernel_size = 3, .stride = 2, .padding = 1};
    TransposedConv1D<float> spread(config);
    spread.set_weights(std::array<float, 3>{1, 10, 100});
    EXPECT_EQ(test::features_of(spread(where, input)), (std::vector<float>{20, 203, 30, 305, 50}));
    config.output_padding = 1;
    TransposedConv1D<float> given(config);
    given.set_weights(std::array<float, 3>{1, 10, 100});
    EXPECT_EQ(given(where, input).grid(), sites.grid());
    EXPECT_EQ(test::features_of(given(where, input, sites)), (std::vector<float>{203, 50}));
  });
}

/// Undoes layers of every `step`th combination of options; where no output is left, that is the error.
template <class T, int D>
void expect_inverses(std::uint32_t step) {
  constexpr std::array<std::int64_t, 3> channels{1, 3, 5};
  int undone = 0;
  test::for_each_option<D>([&](test::Options<D> const& options) {
    if (options.number % step != 0 || ::testing::Test::HasFatalFailure()) return;
    SCOPED_TRACE(options.text());
    std::uint32_t const turn = options.number / step;
    InverseConv<T, D> layer({.in_channels = channels[turn % 3],
                             .out_channels = channels[turn / 2 % 3],
                             .undoes = {options.geometry, options.definition},
                             .bias = turn % 2 == 0,
                             .activation = turn % 4 < 2 ? no_activation : leaky_relu(0.25),
                             .seed = options.number});
    if (!layer.bias().empty()) layer.set_bias(test::random_numbers<T>(layer.out_channels(), options.number));
    SiteSet<D> outputs;
    try {
      outputs = cached_output_sites(seq, options.sites, options.geometry, options.definition);
    } catch (ShapeError const&) {
      EXPECT_THROW((void)layer(seq, SparseTensor<T, D>(options.sites, layer.in_channels()), options.sites), ShapeError);
      return;
    }
    ++undone;
    expect_inverse(layer, test::random_tensor<T>(outputs, layer.in_channels(), options.number + 1), options.sites);
  });
  EXPECT_GT(undone, 20);
}

TEST(InverseConv, AgreesWithThePairsOfTheEarlierLayer1D) {
  expect_inverses<float, 1>(4);
}
TEST(InverseConv, AgreesWithThePairsOfTheEarlierLayer2D) {
  expect_inverses<double, 2>(1);
}
TEST(InverseConv, AgreesWithThePairsOfTheEarlierLayer3D) {
  expect_inverses<float, 3>(3);
}
TEST(InverseConv, AgreesWithThePairsOfTheEarlierLayer4D) {
  expect_inverses<float, 4>(23);
}

template <class Pair>
class InverseConvOf : public ::testing::Test {};
// The crosses above have float and double.
using NarrowPairs = ::testing::Types<test::Stored<half, half>, test::Stored<bfloat16, float>>;
TYPED_TEST_SUITE(InverseConvOf, NarrowPairs);

TYPED_TEST(InverseConvOf, FeaturesAndWeightsAgreesWithThePairs) {
  using T = typename TypeParam::Features;
  using W = typename TypeParam::Learned;
  KernelGeometry<2> const geometry{.kernel_size = 3, .stride = 2, .padding = 1};
  InverseConv2D<T, W> layer(
      {.in_channels = 17, .out_channels = 21, .undoes = geometry, .bias = true, .activation = relu, .seed = 4});
  layer.set_bias(test::random_numbers<W>(21, 3));
  auto const sites = test::random_site_set<2>({.shape = {12, 13}, .batch_size = 2}, 90, 1);
  auto const outputs = cached_output_sites(cpu, sites, geometry, OutputDefinition::regular);
  expect_inverse(layer, test::random_tensor<T>(outputs, 17, 2), sites);
}

SparseTensor<float, 3> scene(std::int64_t sites, std::int64_t channels) {
  return test::random_tensor<float>(test::random_site_set<3>({.shape = {17, 19, 23}, .batch_size = 2}, sites, 12),
                                    channels, 13);
}

SparseConv3D<float> strided_layer() {
  return SparseConv3D<float>({.in_channels = 4, .out_channels = 6, .stride = 2, .padding = 1, .seed = 3});
}

// The rulebook is the one that the earlier layer left, and nothing is kept beside it.
TEST(InverseConv, BuildsNoRulebook) {
  SparseConv3D<float> const down = strided_layer();
  InverseConv3D<float> const up({.in_channels = 6, .out_channels = 4, .undoes = down});
  test::for_each_host_policy([&](auto const& where) {
    auto const input = scene(400, 4);
    auto const lower = down(where, input);
    auto const rules = down.rulebook(where, input.sites(), lower.sites());
    std::int64_t const kept = input.sites().derived_bytes();
    auto const back = up(where, lower, input.sites());
    EXPECT_TRUE(back.sites().is(input.sites()));
    EXPECT_EQ(input.sites().derived_bytes(), kept);
    EXPECT_EQ(lower.sites().derived_bytes(), 0);
    EXPECT_EQ(up.rulebook(where, lower.sites(), input.sites()), rules);
    // A row map is made of it, once, and kept with the sites that the way back begins at.
    auto const map = up.row_map(where, lower.sites(), input.sites());
    EXPECT_EQ(up.row_map(where, lower.sites(), input.sites()), map);
    EXPECT_EQ(lower.sites().derived_bytes(), map->bytes());
    EXPECT_EQ(cached_row_map(where, lower.sites(), input.sites(), down.geometry().exchanged()), map);
  });
}

TEST(InverseConv, UndoesASubmanifoldLayer) {
  SubmanifoldConv3D<float> const layer({.in_channels = 4, .out_channels = 6, .kernel_size = {3, 2, 3}});
  InverseConv3D<float> const back({.in_channels = 6, .out_channels = 4, .undoes = layer});
  auto const input = scene(300, 4);
  auto const features = layer(cpu, input);
  expect_inverse(back, features, input.sites());
  EXPECT_EQ(back.rulebook(cpu, features.sites(), input.sites()), layer.rulebook(cpu, input.sites(), input.sites()));
}

// A pool has no weights, but a geometry and a definition.
TEST(InverseConv, UndoesAPool) {
  SparsePool2D const pool({.kernel_size = 3, .stride = 2});
  InverseConv2D<double> const back({.in_channels = 3, .out_channels = 2, .undoes = pool});
  auto const input =
      test::random_tensor<double>(test::random_site_set<2>({.shape = {14, 15}, .batch_size = 2}, 80, 1), 3, 2);
  expect_inverse(back, pool(cpu, input), input.sites());
}

TEST(InverseConv, UndoesATransposedLayer) {
  TransposedConv2D<double> const up(
      {.in_channels = 3, .out_channels = 5, .kernel_size = {3, 2}, .stride = 2, .output_padding = 1});
  InverseConv2D<double> const back({.in_channels = 5, .out_channels = 3, .undoes = up});
  auto const input =
      test::random_tensor<double>(test::random_site_set<2>({.shape = {7, 8}, .batch_size = 2}, 30, 1), 3, 2);
  auto const upper = up(cpu, input);
  std::int64_t const kept = input.sites().derived_bytes();
  (void)back(cpu, upper, input.sites());
  EXPECT_EQ(input.sites().derived_bytes(), kept);
  EXPECT_EQ(upper.sites().derived_bytes(), 0);
  expect_inverse(back, upper, input.sites());
}

TEST(InverseConv, UndoesALayerThatWasCalledOntoGivenSites) {
  SparseConv2D<double> const down({.in_channels = 3, .out_channels = 5, .stride = 2, .padding = 1});
  InverseConv2D<double> const up({.in_channels = 5, .out_channels = 3, .undoes = {down.geometry(), std::nullopt}});
  auto const input =
      test::random_tensor<double>(test::random_site_set<2>({.shape = {14, 15}, .batch_size = 2}, 80, 1), 3, 2);
  SiteSet<2> const given = test::random_site_set<2>({.shape = {7, 8}, .batch_size = 2}, 25, 3);
  auto const lower = down(cpu, input, given);
  std::int64_t const kept = input.sites().derived_bytes();
  (void)up(cpu, lower, input.sites());
  EXPECT_EQ(input.sites().derived_bytes(), kept);
  expect_inverse(up, lower, input.sites());

  SiteSet<2> const outside = test::sites_of<2>({.batch_size = 2}, {{0, {3, 9}}});
  EXPECT_EQ(
      message_of<CoordinateError>([&] { return up(cpu, SparseTensor<double, 2>(outside, 5), input.sites()); }),
      "InverseConv of given sites: the given sites (grid unbounded) lie from 9 to 9 along axis 1; from the input's "
      "grid of 14 x 15 the layer reaches 0 to 7; give sites in cells of the output grid");
}

// Three items, of which the second has no sites, and targets of a stride that no pair reaches.
TEST(InverseConv, TargetsWithoutPairsGetTheEpilogueOfZero) {
  SparseConv1D<float> const down({.in_channels = 1, .out_channels = 1, .kernel_size = 1, .stride = 2});
  InverseConv1D<float> up({.in_channels = 1, .out_channels = 1, .undoes = down, .bias = true});
  up.set_weights(std::array<float, 1>{4});
  up.set_bias(std::array<float, 1>{-1});
  SiteSet<1> const sites = test::sites_of<1>({.shape = {6}, .batch_size = 3}, {{0, {1}}, {0, {4}}, {2, {2}}, {2, {3}}});
  test::for_each_host_policy([&](auto const& where) {
    SiteSet<1> const reached = down.output_sites(where, sites);
    ASSERT_EQ(reached.size(), 2);
    SparseTensor<float, 1> const input(reached, 1, Buffer<float>(2, 3.F));
    EXPECT_EQ(test::features_of(up(where, input, sites)), (std::vector<float>{-1, 11, 11, -1}));
  });
}

TEST(InverseConv, TakesATensorWithoutSites) {
  InverseConv3D<float> const up({.in_channels = 6, .out_channels = 4, .undoes = strided_layer()});
  test::for_each_host_policy([&](auto const& where) {
    auto const input = SparseTensor<float, 3>(SiteSet<3>({.shape = {17, 19, 23}, .batch_size = 2}, {}), 4);
    auto const result = up(where, strided_layer()(where, input), input.sites());
    EXPECT_TRUE(result.sites().is(input.sites()));
    EXPECT_EQ(result.channels(), 4);
    EXPECT_EQ(up(where, strided_layer()(where, input), input.sites(), dataflow::implicit_gemm).size(), 0);
  });
}

TEST(InverseConv, TakesEqualSitesWhereTheEarlierOnesWereReleased) {
  SparseConv3D<float> const down = strided_layer();
  InverseConv3D<float> const up({.in_channels = 6, .out_channels = 4, .undoes = down});
  auto const input = scene(300, 4);
  auto const lower = down(cpu, input);
  auto const before = up(cpu, lower, input.sites());
  input.sites().release_derived();
  auto const after = up(cpu, lower, input.sites());
  test::expect_same_tensor(after, before);
  EXPECT_FALSE(down.output_sites(cpu, input.sites()).is(lower.sites()));
  std::int64_t const kept = input.sites().derived_bytes();
  (void)up(cpu, lower, input.sites());
  EXPECT_EQ(input.sites().derived_bytes(), kept);
}

// Kernel 1, weight 4: 4 x 3 - 20 is below 0, 4 x 5 - 15 is not.
TEST(InverseConv, AddsAResidualBeforeTheActivation) {
  InverseConv1D<float> up({.in_channels = 1, .out_channels = 1, .undoes = KernelGeometry<1>{}, .activation = relu});
  up.set_weights(std::array<float, 1>{4});
  SiteSet<1> const sites = test::sites_of<1>({}, {{0, {2}}, {0, {4}}});
  test::for_each_host_policy([&](auto const& where) {
    SiteSet<1> const reached = cached_output_sites(where, sites, KernelGeometry<1>{}, OutputDefinition::regular);
    SparseTensor<float, 1> input(reached, 1);
    input.features()(0, 0) = 3;
    input.features()(1, 0) = 5;
    SparseTensor<float, 1> shortcut(sites, 1);
    shortcut.features()(0, 0) = -20;
    shortcut.features()(1, 0) = -15;
    auto const result = up.with_residual(where, input, shortcut);
    EXPECT_TRUE(result.sites().is(sites));
    EXPECT_EQ(test::features_of(result), (std::vector<float>{0, 5}));
  });
}

TEST(InverseConv, TakesABatchNorm) {
  SparseConv3D<float> const down = strided_layer();
  InverseConv3D<float> up({.in_channels = 6, .out_channels = 4, .undoes = down, .bias = true});
  auto const input = scene(300, 4);
  auto const lower = down(cpu, input);
  BatchNorm<float> norm(4);
  auto const numbers = test::random_numbers<float>(4, 5);
  norm.set({.scale = numbers, .shift = numbers, .mean = numbers, .variance = Buffer<float>(4, 0.5F)});
  auto const apart = norm(cpu, up(cpu, lower, input.sites()));
  fold_batch_norm(up, norm);
  EXPECT_LE(test::largest_difference(test::feature_view(up(cpu, lower, input.sites())), apart.features()), 1e-5);
}

TEST(InverseConv, RefusesSitesThatTheEarlierLayerDoesNotLeadTo) {
  SparseConv3D<float> const down = strided_layer();
  InverseConv3D<float> const up({.in_channels = 6, .out_channels = 4, .undoes = down});
  auto const input = scene(50, 4);
  auto const lower = down(cpu, input);
  std::string const number = std::to_string(lower.size());
  std::string const cure = " target sites; give a tensor on what that layer made, and the sites that it was made from";
  EXPECT_EQ(message_of<ShapeError>([&] { return up(cpu, SparseTensor<float, 3>(input.sites(), 6), input.sites()); }),
            "InverseConv3D: the input's 50 sites are not the " + number +
                " to which the layer that it undoes leads from the 50" + cure);
  auto const message = message_of<ShapeError>([&] { return up(cpu, lower, scene(49, 4).sites()); });
  EXPECT_EQ(message.substr(0, 35 + number.size()), "InverseConv3D: the input's " + number + " sites a");
  EXPECT_EQ(message.substr(message.size() - cure.size() - 2), "49" + cure);
  // Of another definition, and on another grid.
  InverseConv3D<float> const floor(
      {.in_channels = 6, .out_channels = 4, .undoes = {down.geometry(), OutputDefinition::floor}});
  EXPECT_THROW((void)floor(cpu, lower, input.sites()), ShapeError);
  SiteSet<3> const unbounded({.batch_size = 2}, Buffer<Coordinate<3>>(input.sites().coordinates()));
  EXPECT_THROW((void)up(cpu, lower, unbounded), ShapeError);
  EXPECT_THROW((void)up.rulebook(cpu, input.sites(), input.sites()), ShapeError);
  EXPECT_THROW((void)up.row_map(cpu, input.sites(), input.sites()), ShapeError);
  EXPECT_THROW((void)up.with_residual(cpu, SparseTensor<float, 3>(input.sites(), 6), input), ShapeError);
}

TEST(InverseConv, RefusesOtherChannels) {
  SparseConv3D<float> const down = strided_layer();
  InverseConv3D<float> const up({.in_channels = 5, .out_channels = 4, .undoes = down});
  auto const input = scene(50, 4);
  EXPECT_EQ(message_of<ShapeError>([&] { return up(cpu, down(cpu, input), input.sites()); }),
            "InverseConv3D: input has 6 channels, the layer takes 5; make the layer with in_channels = 6, or give it "
            "another input");
  SparseTensor<float, 3> const lower(down.output_sites(cpu, input.sites()), 5);
  EXPECT_EQ(
      message_of<ShapeError>([&] { return up.with_residual(cpu, lower, SparseTensor<float, 3>(input.sites(), 3)); }),
      "InverseConv3D.with_residual: the residual has 3 channels, the layer gives 4; they must be equal");
}

TEST(InverseConv, ThatWasMovedFromSaysSo) {
  InverseConv3D<float> up({.in_channels = 6, .out_channels = 4, .undoes = strided_layer()});
  InverseConv3D<float> const taken = std::move(up);
  EXPECT_EQ(taken.in_channels(), 6);
  auto const input = scene(20, 6);
  EXPECT_EQ(message_of<ShapeError>([&] { return up(cpu, input, input.sites()); }),  // NOLINT: what is tested
            "InverseConv: the layer was moved from and has no weights; use the one that it was moved to");
}

TEST(InverseConv, HasANameForEachDimension) {
  static_assert(std::is_same_v<InverseConv1D<float>, InverseConv<float, 1>>);
  static_assert(std::is_same_v<InverseConv2D<double>, InverseConv<double, 2>>);
  static_assert(std::is_same_v<InverseConv3D<half, float>, InverseConv<half, 3, HostMemory, float>>);
  static_assert(std::is_same_v<InverseConv4D<float>, InverseConv<float, 4>>);
  EXPECT_EQ(message_of<ShapeError>(
                [] { return InverseConv4D<float>({.in_channels = 3, .undoes = KernelGeometry<4>{}}).in_channels(); }),
            "InverseConv4D: in_channels is 3, out_channels is 0; both must be at least 1");
}

TEST(InverseConv, HasTheElementsOfTheLayerThatItUndoes) {
  SparseConv2D<float> const down({.in_channels = 2, .out_channels = 5, .kernel_size = {3, 2}, .stride = 2});
  InverseConv2D<float> const up({.in_channels = 5, .out_channels = 2, .undoes = down, .seed = 8});
  EXPECT_EQ(up.undoes().geometry, down.geometry());
  EXPECT_EQ(up.undoes().definition, OutputDefinition::regular);
  Buffer<float> const expected = he_uniform<float>(6 * 5 * 2, 6 * 5, 8);
  ASSERT_EQ(up.parameter_count(), expected.size());
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), up.weights().data));
}

TEST(InverseConv, RefusesToUndoWhatIsNoLayer) {
  auto const made = [](UndoneLayer<2> const& undone) {
    return message_of<ShapeError>(
        [&] { return InverseConv2D<float>({.in_channels = 1, .out_channels = 1, .undoes = undone}).in_channels(); });
  };
  EXPECT_EQ(made({{.kernel_size = {3, 0}}}), "InverseConv2D: kernel_size is 3 x 0; every extent must be at least 1");
  EXPECT_EQ(made({{.stride = {0, 2}}, std::nullopt}),
            "InverseConv2D: stride is 0 x 2; every stride must be at least 1");
  EXPECT_EQ(made({{.stride = 2}, OutputDefinition::submanifold}),
            "InverseConv2D: a submanifold convolution has stride 1, not 2 x 2; use the regular or floor definition");
  EXPECT_EQ(message_of<ShapeError>([] {
              return InverseConv<float, 1>("of parts", KernelGeometry<1>{.stride = 0}, no_activation, {}, {}).name();
            }),
            "of parts: stride is 0; every stride must be at least 1");
}

}  // namespace
}  // namespace sparseconv::inverse_conv_test

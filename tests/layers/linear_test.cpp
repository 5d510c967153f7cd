#include "sparseconv/layers/linear.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "layers/layer_oracle.hpp"
#include "sparseconv/layers/batch_norm.hpp"
#include "sparseconv/layers/submanifold_conv.hpp"
#include "support/element_pairs.hpp"
#include "support/error_message.hpp"
#include "support/feature_view.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::linear_test {
namespace {

using test::message_of;

constexpr Grid<2> image{.shape = {20, 21}, .batch_size = 2};

/// Calls body with `seq` and with one thread and three.
template <class Body>
void for_each_policy(Body const& body) {
  body(seq);
  body(test::OnCpu<1>::policy());
  body(test::OnCpu<3>::policy());
}

// Sites (1, -2) and (0.5, 4); the matrix (1 10 100) over (2 5 7), bias (0.5, 0, -1000):
//   1 - 4 + 0.5 = -2.5      10 - 10 = 0       100 - 14 - 1000 = -914
//   0.5 + 8 + 0.5 = 9       5 + 20 = 25       50 + 28 - 1000 = -922
TEST(Linear, ByHand) {
  Linear<float> layer({.in_channels = 2, .out_channels = 3});
  EXPECT_EQ(layer.parameter_count(), 9);
  EXPECT_EQ(std::vector<float>(layer.bias().begin(), layer.bias().end()), (std::vector<float>{0, 0, 0}));
  layer.set_weights(std::array<float, 6>{1, 10, 100, 2, 5, 7});
  layer.set_bias(std::array<float, 3>{0.5F, 0, -1000});
  SparseTensor<float, 2> const input(test::sites_of(image, {{0, {1, 2}}, {1, {3, 0}}}), 2,
                                     Buffer<float>(std::span<float const>(std::array<float, 4>{1, -2, 0.5F, 4})));
  SparseTensor<float, 2> const shortcut(
      input.sites(), 3, Buffer<float>(std::span<float const>(std::array<float, 6>{3, 1, 0, 0, -50, 1000})));
  for_each_policy([&](auto const& where) {
    auto const result = layer(where, input);
    EXPECT_TRUE(result.sites().is(input.sites()));
    EXPECT_EQ(test::features_of(result), (std::vector<float>{-2.5F, 0, -914, 9, 25, -922}));
    Linear<float> active = layer;
    active.set_activation(relu);
    EXPECT_EQ(test::features_of(active(where, input)), (std::vector<float>{0, 0, 0, 9, 25, 0}));
    EXPECT_EQ(test::features_of(active.with_residual(where, input, shortcut)),
              (std::vector<float>{0.5F, 1, 0, 9, 0, 78}));
  });
}

TEST(Linear, HasNoBiasIfThatIsWanted) {
  Linear<float> const layer({.in_channels = 4, .out_channels = 5, .bias = false, .seed = 3});
  EXPECT_TRUE(layer.bias().empty());
  EXPECT_EQ(layer.weights().elements, 1);
  Linear<float> const other({.in_channels = 4, .out_channels = 5, .bias = false, .seed = 4});
  EXPECT_NE(layer.weights().data[0], other.weights().data[0]);
  EXPECT_LE(std::fabs(layer.weights().data[0]), std::sqrt(6.0 / 4));
}

/// A layer with bias and activation against plain loops in double, with and without a residual, on every policy.
template <class T, class W, int D>
void expect_sums(Grid<D> const& grid, std::int64_t in_channels, std::int64_t out_channels) {
  SCOPED_TRACE(::testing::Message() << in_channels << " -> " << out_channels << " channels");
  Linear<T, HostMemory, W> layer(
      {.in_channels = in_channels, .out_channels = out_channels, .activation = leaky_relu(0.25), .seed = 1});
  layer.set_bias(test::random_numbers<W>(out_channels, 2));
  auto const input = test::random_tensor<T>(test::random_site_set(grid, 70, 3), in_channels, 4);
  auto const shortcut = test::random_tensor<T>(input.sites(), out_channels, 5);
  auto const result = layer(seq, input);
  auto const added = layer.with_residual(seq, input, shortcut);
  for (std::int64_t row = 0; row < input.size(); ++row) {
    std::vector<double> sums(static_cast<std::size_t>(out_channels));
    std::vector<double> magnitudes(sums.size());
    for (std::int64_t c = 0; c < in_channels; ++c) {
      for (std::size_t j = 0; j < sums.size(); ++j) {
        double const product = static_cast<double>(input.features()(row, c)) *
                               static_cast<double>(layer.weights().data[static_cast<std::size_t>(c) * sums.size() + j]);
        sums[j] += product;
        magnitudes[j] += std::fabs(product);
      }
    }
    test::expect_row(layer, result.features().row_data(row), sums.data(), magnitudes.data(), in_channels);
    for (std::size_t j = 0; j < sums.size(); ++j) {
      auto const shift = static_cast<double>(shortcut.features()(row, static_cast<std::int64_t>(j)));
      sums[j] += shift;
      magnitudes[j] += std::fabs(shift);
    }
    test::expect_row(layer, added.features().row_data(row), sums.data(), magnitudes.data(), in_channels + 1);
    if (::testing::Test::HasFatalFailure()) return;
  }
  auto const alone = layer(test::OnCpu<1>::policy(), input);
  test::expect_same_tensor(layer(test::OnCpu<3>::policy(), input), alone);
  EXPECT_LE(test::largest_difference(alone.features(), result.features()),
            2 * test::rounding_bound<T>(in_channels + 3, std::sqrt(6.0 * static_cast<double>(in_channels)) + 2));
  test::expect_same_tensor(layer.with_residual(test::OnCpu<3>::policy(), input, shortcut),
                           layer.with_residual(test::OnCpu<1>::policy(), input, shortcut));
}

template <class Pair>
class LinearOf : public ::testing::Test {};
TYPED_TEST_SUITE(LinearOf, test::ElementPairs);

TYPED_TEST(LinearOf, AgreesWithPlainLoops) {
  for (auto const& [in_channels, out_channels] : {std::pair{1, 1}, {3, 5}, {5, 3}, {17, 33}, {33, 17}}) {
    expect_sums<typename TypeParam::Features, typename TypeParam::Learned>(image, in_channels, out_channels);
  }
}

TEST(Linear, TakesSitesOfAnyDimension) {
  expect_sums<float, float>(Grid<1>{.shape = {200}}, 3, 5);
  expect_sums<float, float>(Grid<3>{.shape = {9, 8, 7}, .batch_size = 2}, 3, 5);
  expect_sums<float, float>(Grid<4>{.shape = {5, 4, 5, 4}}, 3, 5);
  Linear<float> const layer({.in_channels = 2, .out_channels = 2});  // one layer for all of them
  EXPECT_EQ(layer(seq, test::random_tensor<float>(test::random_site_set(image, 7, 1), 2, 1)).size(), 7);
  EXPECT_EQ(layer(seq, test::random_tensor<float>(SiteSet<3>{}, 2, 1)).size(), 0);
}

TEST(Linear, IsASubmanifoldConvolutionOfKernelSizeOneBitForBit) {
  auto const input = test::random_tensor<float>(test::random_site_set(image, 300, 3), 17, 4);
  Linear<float> const layer({.in_channels = 17, .out_channels = 20, .activation = relu, .seed = 8});
  SubmanifoldConv2D<float> const convolution(
      {.in_channels = 17, .out_channels = 20, .kernel_size = 1, .bias = true, .activation = relu, .seed = 8});
  for_each_policy([&](auto const& where) {
    SiteSet<2> const apart(image, Buffer<Coordinate<2>>(input.sites().coordinates()));
    SparseTensor<float, 2> const copy(apart, 17, Buffer<float>(std::as_const(input).features().values()));
    test::expect_same_tensor(layer(where, input), convolution(where, copy));
  });
  EXPECT_EQ(input.sites().derived_bytes(), 0) << "the layer makes nothing that sites keep";
}

// What is derived from the sites is neither read nor made, and the sites may be another handle's by then.
TEST(Linear, LeavesAloneWhatIsDerivedFromSites) {
  auto input = test::random_tensor<float>(test::random_site_set(image, 50, 3), 4, 4);
  SubmanifoldConv2D<float> const convolution({.in_channels = 4, .out_channels = 4});
  Linear<float> const layer({.in_channels = 4, .out_channels = 4});
  (void)convolution(seq, input);
  std::int64_t const kept = input.sites().derived_bytes();
  EXPECT_GT(kept, 0);
  auto const expected = layer(cpu, input);
  (void)layer.with_residual(cpu, input, expected);
  EXPECT_EQ(input.sites().derived_bytes(), kept);
  EXPECT_EQ(expected.sites().derived_bytes(), kept) << "its result is on the same set, and finds the same there";

  SparseTensor<float, 2> const moved = std::move(input);
  test::expect_same_tensor(layer(cpu, moved), expected);
  EXPECT_EQ(moved.sites().derived_bytes(), kept);
  moved.sites().release_derived();
  test::expect_same_tensor(layer(cpu, moved), expected);
  EXPECT_EQ(moved.sites().derived_bytes(), 0);
}

TEST(Linear, FoldsABatchNorm) {
  auto const input = test::random_tensor<double>(test::random_site_set(image, 50, 3), 6, 4);
  Linear<double> layer({.in_channels = 6, .out_channels = 5, .seed = 2});
  layer.set_bias(test::random_numbers<double>(5, 3));
  BatchNorm<double> norm(5);
  auto const scale = test::random_numbers<double>(5, 5);
  auto const shift = test::random_numbers<double>(5, 6);
  auto const mean = test::random_numbers<double>(5, 7);
  Buffer<double> variance(5);
  for (std::int64_t c = 0; c < 5; ++c) variance[c] = 0.25 + static_cast<double>(c);
  norm.set({.scale = scale, .shift = shift, .mean = mean, .variance = variance});
  auto const expected = norm(seq, layer(seq, input));
  fold_batch_norm(layer, norm);
  EXPECT_LE(test::largest_difference(test::feature_view(layer(seq, input)), expected.features()), 1e-13);
}

TEST(Linear, AddsAResidualOnAnEqualSetAndGivesItsSites) {
  auto const input = test::random_tensor<float>(test::random_site_set(image, 50, 3), 4, 4);
  auto const shortcut = test::random_tensor<float>(test::random_site_set(image, 50, 3), 5, 5);
  ASSERT_FALSE(shortcut.sites().is(input.sites()));
  Linear<float> const layer({.in_channels = 4, .out_channels = 5});
  EXPECT_TRUE(layer.with_residual(cpu, input, shortcut).sites().is(shortcut.sites()));
}

TEST(Linear, RefusesWhatDoesNotFit) {
  auto const input = test::random_tensor<float>(test::random_site_set(image, 50, 3), 4, 4);
  Linear<float> layer({.in_channels = 4, .out_channels = 5});
  EXPECT_EQ(message_of<ShapeError>([] { return Linear<float>({.in_channels = 0, .out_channels = 5}); }),
            "Linear: in_channels is 0, out_channels is 5; both must be at least 1");
  for_each_policy([&](auto const& where) {
    EXPECT_EQ(
        message_of<ShapeError>([&] { (void)layer(where, test::random_tensor<float>(input.sites(), 3, 1)); }),
        "Linear: input has 3 channels, the layer takes 4; make the layer with in_channels = 3, or give it another "
        "input");
    EXPECT_EQ(message_of<ShapeError>([&] {
                (void)layer.with_residual(where, input,
                                          test::random_tensor<float>(test::random_site_set(image, 40, 3), 5, 1));
              }),
              "Linear.with_residual: the residual's 40 sites are not the input's 50; give a tensor on the sites of the "
              "input");
    EXPECT_EQ(message_of<ShapeError>(
                  [&] { (void)layer.with_residual(where, input, test::random_tensor<float>(input.sites(), 6, 1)); }),
              "Linear.with_residual: the residual has 6 channels, the layer gives 5; they must be equal");
  });
  EXPECT_EQ(message_of<ShapeError>([&] { layer.set_weights(std::vector<float>(19)); }),
            "Linear.set_weights: 19 values for weights of 1 kernel elements x 4 x 5 channels; give 20");
  Linear<float> const of_parts("head", relu, Weights<float>(2, 4, 5, Buffer<float>(40, 1.F)), {});
  EXPECT_EQ(message_of<ShapeError>([&] { (void)of_parts(seq, input); }),
            "multiply_rows: the weights' kernel elements are 2, those of one matrix are 1; they must be equal");
  Linear<float> const taken = std::move(layer);
  EXPECT_EQ(taken(seq, input).channels(), 5);
  EXPECT_EQ(message_of<ShapeError>([&] { (void)layer(seq, input); }),  // NOLINT: that is what is tested
            "Linear: the layer was moved from and has no weights; use the one that it was moved to");
}

}  // namespace
}  // namespace sparseconv::linear_test

#include "sparseconv/layers/batch_norm.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "layers/layer_oracle.hpp"
#include "sparseconv/layers/sparse_conv.hpp"
#include "sparseconv/layers/submanifold_conv.hpp"
#include "sparseconv/tensor/make_sparse_tensor.hpp"
#include "support/element_pairs.hpp"
#include "support/error_message.hpp"
#include "support/feature_view.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::batch_norm_test {
namespace {

using test::message_of;

/// Numbers such as training leaves them: none is 0 or 1, the variance is positive.
template <class T>
struct Trained {
  Buffer<T> scale, shift, mean, variance;

  Trained(std::int64_t channels, std::uint32_t seed)
      : scale(test::random_numbers<T>(channels, seed)),
        shift(test::random_numbers<T>(channels, seed + 1)),
        mean(test::random_numbers<T>(channels, seed + 2)),
        variance(test::random_numbers<T>(channels, seed + 3)) {
    for (T& value : variance) value = T(std::abs(static_cast<Accumulator<T>>(value)) + 0.01F);
  }
  [[nodiscard]] BatchNormStatistics<T> view() const { return {scale, shift, mean, variance}; }
};

template <class Where>
class BatchNormOn : public ::testing::Test {};
TYPED_TEST_SUITE(BatchNormOn, test::Policies);

// PyTorch: y = (x - mean) / sqrt(variance + eps) * gamma + beta. With eps 0.75:
//   channel 0: variance 0.25, sqrt(1) = 1; gamma 2, beta 1, mean 3:     x = 4 -> 3, x = 0 -> -5
//   channel 1: variance 3.25, sqrt(4) = 2; gamma 1, beta -1, mean -2:   x = 4 -> 2, x = 0 -> 0
TYPED_TEST(BatchNormOn, IsPyTorchsFormula) {
  BatchNorm<float> norm(2, 0.75);
  std::array<float, 2> const scale{2, 1};
  std::array<float, 2> const shift{1, -1};
  std::array<float, 2> const mean{3, -2};
  std::array<float, 2> const variance{0.25F, 3.25F};
  norm.set({scale, shift, mean, variance});
  auto const input =
      make_sparse_tensor<float, 1>(seq, {.shape = {4}, .batch_size = 1}, {{0, {1}}, {0, {3}}}, {4.F, 4.F, 0.F, 0.F});
  auto const result = norm(TypeParam::policy(), input);
  EXPECT_EQ(test::features_of(result), (std::vector<float>{3, 2, -5, 0}));
  EXPECT_TRUE(result.sites().is(input.sites()));
}

TYPED_TEST(BatchNormOn, ActivatesInTheSamePass) {
  BatchNorm<half> norm(5);
  norm.set(Trained<half>(5, 20).view());
  auto const input =
      test::random_tensor<half>(test::random_site_set<2>({.shape = {20, 21}, .batch_size = 1}, 100, 1), 5, 2);
  auto const result = test::features_of(norm(TypeParam::policy(), input, relu));
  auto const apart = test::features_of(norm(seq, input));
  ASSERT_EQ(result.size(), apart.size());
  std::size_t negative = 0;
  for (std::size_t i = 0; i < apart.size(); ++i) {
    negative += apart[i] < 0;
    ASSERT_EQ(result[i], apart[i] < 0 ? half(0) : apart[i]) << i;
  }
  EXPECT_GT(negative, 0U);
}

TYPED_TEST(BatchNormOn, HasTheBitsOfTheReference) {
  BatchNorm<float> norm(33);
  Trained<float> const trained(33, 20);
  norm.set(trained.view());
  auto const input =
      test::random_tensor<float>(test::random_site_set<3>({.shape = {20, 21, 22}, .batch_size = 1}, 2'003, 1), 33, 2);
  test::expect_same_tensor(norm(TypeParam::policy(), input), norm(seq, input));
}

TYPED_TEST(BatchNormOn, TakesATensorWithoutSites) {
  auto const result = BatchNorm<float>(5)(TypeParam::policy(), SparseTensor<float, 2>(SiteSet<2>{}, 5));
  EXPECT_EQ(result.size(), 0);
  EXPECT_EQ(result.channels(), 5);
}

TEST(BatchNorm, UntrainedOnlyDividesByItsEpsilon) {
  BatchNorm<double> const norm(1, 0.5625);  // sqrt(1.5625) = 1.25
  auto const input = make_sparse_tensor<double, 1>(seq, {}, {{0, {0}}}, {10.0});
  EXPECT_EQ(test::feature_view(norm(seq, input))(0, 0), 8);
  EXPECT_EQ(norm.offsets()[0], 0);
}

TEST(BatchNorm, HasPyTorchsEpsilonUnlessTold) {
  EXPECT_EQ(BatchNorm<double>(1).factors()[0], 1 / std::sqrt(1.00001));
  EXPECT_EQ(BatchNorm<double>(1, 1e-3).factors()[0], 1 / std::sqrt(1.001));
}

TEST(BatchNorm, CountsScaleAndShift) {
  EXPECT_EQ(BatchNorm<float>(16).parameter_count(), 32);
  EXPECT_EQ(BatchNorm<float>(16).channels(), 16);
}

TEST(BatchNorm, RefusesWhatItCannotBeMadeFrom) {
  EXPECT_EQ(message_of<ShapeError>([] { return BatchNorm<float>(0).channels(); }),
            "BatchNorm: 0 channels; give at least 1");
  EXPECT_EQ(message_of<ShapeError>([] { return BatchNorm<float>(-3).channels(); }),
            "BatchNorm: -3 channels; give at least 1");
  EXPECT_EQ(message_of<ShapeError>([] { return BatchNorm<float>(2, -0.5).channels(); }),
            "BatchNorm: epsilon is -0.5; it must be finite and cannot be negative");
  EXPECT_EQ(
      message_of<ShapeError>([] { return BatchNorm<float>(2, std::numeric_limits<double>::quiet_NaN()).channels(); }),
      "BatchNorm: epsilon is nan; it must be finite and cannot be negative");
}

TEST(BatchNorm, RefusesStatisticsOfAnotherLengthAndStaysAsItWas) {
  BatchNorm<float> norm(3);
  norm.set(Trained<float>(3, 7).view());
  std::vector<float> const before(norm.factors().begin(), norm.factors().end());
  std::vector<float> const four(4, 1.F);
  std::vector<float> const three(3, 1.F);
  auto const set = [&](std::span<float const> scale, std::span<float const> shift, std::span<float const> mean,
                       std::span<float const> variance) {
    return message_of<ShapeError>([&] {
      norm.set({scale, shift, mean, variance});
      return 0;
    });
  };
  std::string const rest = " has 4 numbers, the layer 3 channels; give one for each";
  EXPECT_EQ(set(four, three, three, three), "BatchNorm.set: scale" + rest);
  EXPECT_EQ(set(three, four, three, three), "BatchNorm.set: shift" + rest);
  EXPECT_EQ(set(three, three, four, three), "BatchNorm.set: mean" + rest);
  EXPECT_EQ(set(three, three, three, four), "BatchNorm.set: variance" + rest);
  EXPECT_TRUE(std::ranges::equal(norm.factors(), before));
}

TEST(BatchNorm, RefusesAVarianceWithoutRootAndStaysAsItWas) {
  BatchNorm<float> norm(2, 0.25);
  norm.set(Trained<float>(2, 7).view());
  std::vector<float> const factors(norm.factors().begin(), norm.factors().end());
  std::vector<float> const offsets(norm.offsets().begin(), norm.offsets().end());
  std::vector<float> const ones(2, 1.F);
  auto const set = [&](float variance_of_channel_1) {
    std::array<float, 2> const variance{1, variance_of_channel_1};
    return message_of<ShapeError>([&] {
      norm.set({ones, ones, ones, variance});
      return 0;
    });
  };
  EXPECT_EQ(set(-0.5F), "BatchNorm.set: variance + epsilon of channel 1 is -0.25; it must be positive");
  EXPECT_EQ(set(-0.25F), "BatchNorm.set: variance + epsilon of channel 1 is 0; it must be positive");
  EXPECT_EQ(set(std::numeric_limits<float>::quiet_NaN()),
            "BatchNorm.set: variance + epsilon of channel 1 is nan; it must be positive");
  EXPECT_TRUE(std::ranges::equal(norm.factors(), factors));
  EXPECT_TRUE(std::ranges::equal(norm.offsets(), offsets));
}

TEST(BatchNorm, RefusesAnInputOfOtherChannels) {
  EXPECT_EQ(message_of<ShapeError>([] { return BatchNorm<float>(4)(seq, SparseTensor<float, 2>(SiteSet<2>{}, 3)); }),
            "BatchNorm: input has 3 channels, the layer 4; they must be equal");
}

/// The largest difference of convolution and norm apart from the two folded, on the scale of what is added up.
template <class T>
double folding_error(bool bias) {
  SubmanifoldConv3D<T> apart({.in_channels = 9, .out_channels = 13, .bias = bias, .seed = 5});
  if (bias) apart.set_bias(test::random_numbers<T>(13, 31));
  BatchNorm<T> norm(13, 1e-3);
  norm.set(Trained<T>(13, 41).view());
  SubmanifoldConv3D<T> folded = apart;
  fold_batch_norm(folded, norm);
  auto const input =
      test::random_tensor<T>(test::random_site_set<3>({.shape = {9, 10, 11}, .batch_size = 2}, 700, 3), 9, 4);
  auto const separate = norm(seq, apart(seq, input));
  auto const together = folded(seq, input);
  EXPECT_TRUE(together.sites().is(separate.sites()));
  return test::largest_difference(separate.features(), together.features());
}

// An output adds at most 27 x 9 products; |input| <= 1, |weight| < sqrt(6 / 243) = 0.158, |factor| <= 1 / sqrt(0.011) =
// 9.6, |bias| and |mean| <= 1. Both ways round each of them a few times more.
TEST(FoldBatchNorm, IsTheSameFunctionUpToRounding) {
  constexpr double magnitude = 9.6 * (27 * 9 * 0.158 + 1 + 1) + 1;
  for (bool const bias : {false, true}) {
    EXPECT_LE(folding_error<float>(bias), test::rounding_bound<float>(27 * 9 + 4, magnitude)) << bias;
    EXPECT_LE(folding_error<double>(bias), test::rounding_bound<double>(27 * 9 + 4, magnitude)) << bias;
  }
}

// Factor 2 / sqrt(4) = 1 for channel 0 and 6 / sqrt(4) = 3 for channel 1; offsets shift - factor x mean = 5 - 1, 7 - 3.
//   weights [1 x 1 x 2] (10, 20) -> (10, 60); bias (1, 2) -> (1 + 4, 6 + 4)
TEST(FoldBatchNorm, ScalesWeightsAndBiasByHand) {
  SparseConv1D<float> convolution({.in_channels = 1, .out_channels = 2, .kernel_size = 1, .bias = true});
  convolution.set_weights(std::array<float, 2>{10, 20});
  convolution.set_bias(std::array<float, 2>{1, 2});
  BatchNorm<float> norm(2, 0);
  norm.set(
      {std::array<float, 2>{2, 6}, std::array<float, 2>{5, 7}, std::array<float, 2>{1, 1}, std::array<float, 2>{4, 4}});
  fold_batch_norm(convolution, norm);
  EXPECT_EQ(convolution.weights().data[0], 10);
  EXPECT_EQ(convolution.weights().data[1], 60);
  EXPECT_EQ(convolution.bias()[0], 5);
  EXPECT_EQ(convolution.bias()[1], 10);
}

template <class Pair>
class FoldBatchNormOf : public ::testing::Test {};
TYPED_TEST_SUITE(FoldBatchNormOf, test::ElementPairs);

// The statistics are stored as the weights are. What the layer then holds is the product in the type of the sums, rounded once.
TYPED_TEST(FoldBatchNormOf, FeaturesAndWeightsRoundsToTheTypeOfTheWeights) {
  using T = typename TypeParam::Features;
  using W = typename TypeParam::Learned;
  using Sum = Accumulator<T>;
  SubmanifoldConv3D<T, W> const apart({.in_channels = 9, .out_channels = 13, .bias = true, .seed = 5});
  BatchNorm<T> norm(13, 1e-3);
  norm.set(Trained<W>(13, 41).view());
  SubmanifoldConv3D<T, W> folded = apart;
  folded.set_bias(test::random_numbers<W>(13, 31));
  std::vector<W> const bias(folded.bias().begin(), folded.bias().end());
  fold_batch_norm(folded, norm);
  for (std::int64_t i = 0; i < folded.weights().size(); ++i) {
    auto const product = static_cast<Sum>(apart.weights().data[i]) * norm.factors()[static_cast<std::size_t>(i % 13)];
    ASSERT_EQ(folded.weights().data[i], W(product)) << i;
  }
  for (std::size_t c = 0; c < 13; ++c) {
    double const exact =
        static_cast<double>(bias[c]) * static_cast<double>(norm.factors()[c]) + static_cast<double>(norm.offsets()[c]);
    ASSERT_LE(std::fabs(static_cast<double>(folded.bias()[c]) - exact), test::rounding_bound<W>(2, 20, exact)) << c;
  }
  auto const input =
      test::random_tensor<T>(test::random_site_set<3>({.shape = {9, 10, 11}, .batch_size = 2}, 300, 3), 9, 4);
  test::expect_oracle(seq, folded, input);
  test::expect_oracle(test::OnCpu<2>::policy(), folded, input);
}

TEST(FoldBatchNorm, GivesALayerWithoutBiasOne) {
  SparseConv2D<float> convolution({.in_channels = 2, .out_channels = 3});
  ASSERT_TRUE(convolution.bias().empty());
  fold_batch_norm(convolution, BatchNorm<float>(3));
  EXPECT_EQ(convolution.bias().size(), 3U);
}

TEST(FoldBatchNorm, RefusesOtherChannelsAndAnActivationBetween) {
  SparseConv2D<float> convolution({.in_channels = 2, .out_channels = 3, .activation = relu});
  std::vector<float> const before(convolution.weights().data,
                                  convolution.weights().data + convolution.weights().size());
  auto const fold = [&](std::int64_t channels) {
    return message_of<ShapeError>([&] {
      fold_batch_norm(convolution, BatchNorm<float>(channels));
      return 0;
    });
  };
  EXPECT_EQ(fold(4), "fold_batch_norm: the norm has 4 channels, the convolution gives 3; they must be equal");
  EXPECT_EQ(fold(3), "fold_batch_norm: the convolution has an activation before the norm; set it after folding");
  EXPECT_TRUE(std::equal(before.begin(), before.end(), convolution.weights().data));
  EXPECT_TRUE(convolution.bias().empty());
}

TEST(FoldBatchNorm, RefusesWhatTheTypeOfTheWeightsDoesNotHold) {
  SubmanifoldConv1D<half> convolution({.in_channels = 1, .out_channels = 2, .kernel_size = 1});
  convolution.set_weights(std::array<half, 2>{half(0.5F), half(-0.5F)});
  BatchNorm<half> const norm(Buffer<float>(std::vector<float>{1, 1e6F}), Buffer<float>(2, 0.F), 0);
  EXPECT_EQ(test::message_of<CapacityError>([&] {
              fold_batch_norm(convolution, norm);
              return 0;
            }),
            "fold_batch_norm: with the norm's factor of 1e+06 channel 1 has -5e+05, which the type of the weights does "
            "not hold; keep the weights in a wider type, or the norm apart");
  EXPECT_EQ(convolution.weights().data[1], half(-0.5F));
  EXPECT_TRUE(convolution.bias().empty());
  BatchNorm<half> const shifted(Buffer<float>(2, 1.F), Buffer<float>(std::vector<float>{1e6F, 0}), 0);
  EXPECT_THROW(fold_batch_norm(convolution, shifted), CapacityError);

  SubmanifoldConv1D<float> wide({.in_channels = 1, .out_channels = 1, .kernel_size = 1});
  wide.set_weights(std::array<float, 1>{1e30F});
  EXPECT_THROW(fold_batch_norm(wide, BatchNorm<float>(Buffer<float>(1, 1e30F), Buffer<float>(1, 0.F), 0)),
               CapacityError)
      << "a product that is beyond the sums, too";
}

TEST(BatchNorm, RefusesFactorsWithoutOffsets) {
  EXPECT_EQ(
      test::message_of<ShapeError>([] { return BatchNorm<float>(Buffer<float>(3, 1.F), Buffer<float>(2, 0.F), 0); }),
      "BatchNorm: 3 factors and 2 offsets; give one of each for every channel");
}

}  // namespace
}  // namespace sparseconv::batch_norm_test

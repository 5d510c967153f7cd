#include "sparseconv/layers/batch_statistics_norm.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "sparseconv/layers/activate.hpp"
#include "sparseconv/layers/batch_norm.hpp"
#include "sparseconv/tensor/make_sparse_tensor.hpp"
#include "support/error_message.hpp"
#include "support/layer_sums.hpp"
#include "support/list_of.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::batch_statistics_norm_test {
namespace {

using test::list_of;
using test::message_of;

// Numbers 1 and 5 in two batch items: mean 3, variance 4, with epsilon 2.25 the root is 2.5.
// Channel 0: scale 10, shift 1: 4 (x - 3) + 1. Channel 1: equal numbers give the shift.
TEST(BatchStatisticsNorm, IsPyTorchsFormulaOverTheWholeBatch) {
  BatchStatisticsNorm<float> norm(2, 2.25);
  norm.set(std::array<float, 2>{10, 5}, std::array<float, 2>{1, -2});
  auto const input =
      make_sparse_tensor<float, 1>(seq, {.shape = {4}, .batch_size = 2}, {{0, {1}}, {1, {3}}}, {1.F, 8.F, 5.F, 8.F});
  test::for_each_host_policy([&](auto const& where) {
    auto const result = norm(where, input);
    EXPECT_TRUE(result.sites().is(input.sites()));
    EXPECT_EQ(list_of(result), (std::vector<float>{-7, -2, 9, -2}));
    EXPECT_EQ(list_of(norm(where, input, relu)), (std::vector<float>{0, 0, 9, 0}));
  });
}

/// The golden property: what a BatchNorm gives that was set with the statistics of the batch, here computed in long
/// double and so in agreement to the digits of double; and one by one within rounding of the formula.
template <class T, int D>
void expect_batch_norm_of_same_statistics(std::int64_t channels, double offset) {
  constexpr double epsilon = 1e-3;
  auto const sites = test::random_site_set(Grid<D>{.shape = PerAxis<D>(40), .batch_size = 3}, 700, 5);
  SparseTensor<T, D> input(sites, channels);
  test::RandomNumbers random(8);
  for (std::int64_t i = 0; i < input.features().size(); ++i)
    input.features().data[i] = T(offset + random.number<double>());
  Buffer<double> mean(channels);
  Buffer<double> variance(channels);
  auto const rows = static_cast<long double>(sites.size());
  for (std::int64_t c = 0; c < channels; ++c) {
    long double sum = 0;
    long double squares = 0;
    for (std::int64_t row = 0; row < sites.size(); ++row) sum += static_cast<double>(input.features()(row, c));
    for (std::int64_t row = 0; row < sites.size(); ++row) {
      long double const deviation = static_cast<double>(input.features()(row, c)) - sum / rows;
      squares += deviation * deviation;
    }
    mean[c] = static_cast<double>(sum / rows);
    variance[c] = static_cast<double>(squares / rows);
  }
  auto const scale = test::random_numbers<double>(channels, 3);
  auto const shift = test::random_numbers<double>(channels, 4);
  BatchStatisticsNorm<T> norm(channels, epsilon);
  norm.template set<double>(scale, shift);
  BatchNorm<T> fixed(channels, epsilon);
  fixed.template set<double>({scale, shift, mean, variance});

  auto const result = norm(seq, input);
  auto const golden = fixed(seq, input);
  for (std::int64_t row = 0; row < sites.size(); ++row) {
    for (std::int64_t c = 0; c < channels; ++c) {
      // Factors and offsets of both are within some units of double of one another, so at most one rounding apart.
      double const factor = scale[c] / std::sqrt(variance[c] + epsilon);
      double const magnitude = std::fabs(factor) * 2 * (std::fabs(offset) + 1) + std::fabs(shift[c]);
      double const bound = test::rounding_bound<T>(3, magnitude);
      ASSERT_LE(test::share_of_bound(result.features()(row, c),
                                     static_cast<long double>(static_cast<double>(golden.features()(row, c))), bound),
                1);
      double const formula = factor * (static_cast<double>(input.features()(row, c)) - mean[c]) + shift[c];
      ASSERT_LE(test::share_of_bound(result.features()(row, c), static_cast<long double>(formula), bound), 1);
    }
  }
  test::for_each_cpu_policy([&](auto const& where) {
    ASSERT_TRUE(test::same_bits_or_nan<T>(list_of(norm(where, input)), list_of(result)));
    ASSERT_TRUE(test::same_bits_or_nan<T>(list_of(norm(where, input, leaky_relu(0.25))),
                                          list_of(norm(seq, input, leaky_relu(0.25)))));
  });
}

TEST(BatchStatisticsNorm, IsTheBatchNormOfTheSameStatistics) {
  expect_batch_norm_of_same_statistics<float, 1>(3, 0);
  expect_batch_norm_of_same_statistics<float, 3>(33, 10);
  expect_batch_norm_of_same_statistics<double, 2>(5, 1e4);
  expect_batch_norm_of_same_statistics<half, 3>(17, 1);
  expect_batch_norm_of_same_statistics<bfloat16, 4>(1, 0.5);
}

// Statistics that are exact in double: then both have the same bits.
TEST(BatchStatisticsNorm, HasTheBitsOfTheBatchNormWhereStatisticsAreExact) {
  auto const sites = test::random_site_set(Grid<3>{.shape = {9, 9, 9}, .batch_size = 2}, 256, 1);
  SparseTensor<float, 3> input(sites, 3);
  for (std::int64_t row = 0; row < 256; ++row) {
    for (std::int64_t c = 0; c < 3; ++c) input.features()(row, c) = static_cast<float>((row * (c + 1)) % 16);
  }
  // Channels 0 and 2: 0 to 15 each 16 times, mean 7.5, variance 255 / 12. Channel 1: 0, 2, ..., 14: mean 7, variance
  // 21.
  std::array<float, 3> const scale{0.3F, -1.7F, 2};
  std::array<float, 3> const shift{0.1F, 5, -0.7F};
  BatchStatisticsNorm<float> norm(3);
  norm.set(scale, shift);
  BatchNorm<float> fixed(3);
  fixed.set({scale, shift, std::array<float, 3>{7.5F, 7, 7.5F}, std::array<float, 3>{21.25F, 21, 21.25F}});
  EXPECT_EQ(list_of(norm(seq, input)), list_of(fixed(seq, input)));
  EXPECT_EQ(list_of(norm(cpu, input, relu)), list_of(activate(seq, fixed(seq, input), relu)));
}

TEST(BatchStatisticsNorm, TakesNoSitesAndOneSite) {
  BatchStatisticsNorm<float> const norm(2, 0.25);  // one site has variance 0, so factors of 2
  EXPECT_EQ(norm(cpu, SparseTensor<float, 2>(SiteSet<2>{}, 2)).size(), 0);
  auto const one = make_sparse_tensor<float, 1>(seq, {}, {{0, {0}}}, {10.F, -3.F});
  EXPECT_EQ(list_of(norm(seq, one)), (std::vector<float>{0, 0}));
}

TEST(BatchStatisticsNorm, HasParametersOfAnyType) {
  BatchStatisticsNorm<half> norm(2, 0.5);
  EXPECT_EQ(norm.channels(), 2);
  EXPECT_EQ(norm.epsilon(), 0.5);
  EXPECT_EQ(norm.parameter_count(), 4);
  EXPECT_EQ(norm.scale()[1], 1);
  EXPECT_EQ(norm.shift()[1], 0);
  EXPECT_EQ(BatchStatisticsNorm<float>(1).epsilon(), 1e-5);
  norm.set<float>(std::array<float, 2>{0.1F, 2}, std::array<float, 2>{3, 4});
  EXPECT_EQ(norm.scale()[0], static_cast<double>(0.1F)) << "not rounded to half";
  norm.set(std::array<half, 2>{half(5), half(6)}, std::array<half, 2>{half(7), half(8)});
  EXPECT_EQ(norm.scale()[1], 6);
  EXPECT_EQ(norm.shift()[1], 8);
}

TEST(BatchStatisticsNorm, NamesWhatDoesNotFit) {
  using Norm = BatchStatisticsNorm<float>;
  EXPECT_EQ(message_of<ShapeError>([] { return Norm(0); }), "BatchStatisticsNorm: 0 channels; give at least 1");
  std::string const rest = "; it must be positive and finite";
  EXPECT_EQ(message_of<ShapeError>([] { return Norm(1, 0); }), "BatchStatisticsNorm: epsilon is 0" + rest);
  EXPECT_EQ(message_of<ShapeError>([] { return Norm(1, -1); }), "BatchStatisticsNorm: epsilon is -1" + rest);
  EXPECT_EQ(message_of<ShapeError>([] { return Norm(1, std::numeric_limits<double>::quiet_NaN()); }),
            "BatchStatisticsNorm: epsilon is nan" + rest);
  EXPECT_EQ(message_of<ShapeError>([] { return Norm(Buffer<double>(3, 1.0), Buffer<double>(2, 1.0), 1); }),
            "BatchStatisticsNorm: 3 scales and 2 shifts; give one of each for every channel");
  Norm norm(2);
  std::array<float, 2> const two{3, 4};
  std::array<float, 3> const three{};
  auto const set = [&](std::span<float const> scale, std::span<float const> shift) {
    return message_of<ShapeError>([&] {
      norm.set(scale, shift);
      return 0;
    });
  };
  EXPECT_EQ(set(three, two), "BatchStatisticsNorm.set: scale has 3 numbers, the layer 2 channels; give one for each");
  EXPECT_EQ(set(two, three), "BatchStatisticsNorm.set: shift has 3 numbers, the layer 2 channels; give one for each");
  EXPECT_EQ(set({static_cast<float const*>(nullptr), 2}, two),
            "BatchStatisticsNorm.set: scale list of 2 has no data; give the address of its first element");
  EXPECT_EQ(norm.scale()[0], 1) << "it is as it was";
  EXPECT_EQ(message_of<ShapeError>([&] { return norm(seq, SparseTensor<float, 2>(SiteSet<2>{}, 3)); }),
            "BatchStatisticsNorm: input has 3 channels, the layer 2; they must be equal");
}

}  // namespace
}  // namespace sparseconv::batch_statistics_norm_test

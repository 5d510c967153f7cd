// Random pools and norms of every kind on every policy, against sums in long double over the pairs of an oracle.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "sparseconv/layers/activate.hpp"
#include "sparseconv/layers/batch_norm.hpp"
#include "sparseconv/layers/sparse_pool.hpp"
#include "support/activated.hpp"
#include "support/at_policy.hpp"
#include "support/emulated_gpu.hpp"
#include "support/layer_cases.hpp"
#include "support/layer_sums.hpp"
#include "support/policies.hpp"
#include "support/random_layer.hpp"
#include "support/test_rounds.hpp"
#include "support/wide_sum_bound.hpp"

namespace sparseconv::random_pools_test {
namespace {

using test::LayerCase;
using test::LayerCases;
using test::LayerPairs;
using test::OnCpu;
using test::RandomNumbers;
using test::WideNumber;

/// Calls body with `seq`, with `cpu` of 1, 2, 3 and 8 threads, and with the emulated device.
template <class Body>
void for_each_policy(Body const& body) {
  body(seq);
  test::for_each_cpu_policy(body);
  static test::EmulatedGpu const device;
  body(device);
}

/// Tensors of an element type in a number of dimensions.
template <std::uint32_t Number, int Axes, class T>
struct TensorsOf {
  static constexpr std::uint32_t number = Number;
  static constexpr int D = Axes;
  using Features = T;
};

template <class Kind>
class RandomPools : public ::testing::Test {};
template <class Kind>
class RandomNorms : public ::testing::Test {};
using Kinds =
    ::testing::Types<TensorsOf<1, 1, half>, TensorsOf<2, 2, float>, TensorsOf<3, 3, double>, TensorsOf<4, 4, bfloat16>>;
TYPED_TEST_SUITE(RandomPools, Kinds);
TYPED_TEST_SUITE(RandomNorms, Kinds);

constexpr Pooling poolings[]{Pooling::max, Pooling::sum, Pooling::average, Pooling::average_over_kernel};

/// The numbers that a pool of these pairs gives, as a share of what they may deviate from the oracle's.
template <class T>
double largest_share_of_pool(std::span<T const> actual, std::vector<test::WidePair> const& pairs,
                             std::span<T const> input, std::int64_t outputs, std::int64_t channels,
                             std::int64_t elements, Pooling pooling) {
  struct Pooled {
    WideNumber sum;
    double largest = -std::numeric_limits<double>::infinity();
  };
  if (std::ssize(actual) != outputs * channels) return std::numeric_limits<double>::infinity();
  std::vector<Pooled> pooled(static_cast<std::size_t>(outputs * channels));
  for (auto const& [element, output, row] : pairs) {
    for (std::int64_t c = 0; c < channels; ++c) {
      auto const number = static_cast<double>(input[static_cast<std::size_t>(row * channels + c)]);
      Pooled& cell = pooled[static_cast<std::size_t>(output * channels + c)];
      cell.sum.add(number);
      if (std::isnan(number) || number > cell.largest) {
        cell.largest = std::isnan(cell.largest) ? cell.largest : number;
      }
    }
  }
  double largest = 0;
  for (std::size_t i = 0; i < pooled.size(); ++i) {
    Pooled const& cell = pooled[i];
    if (pooling == Pooling::max && cell.sum.count > 0) {
      largest = std::max(largest, test::share_of_bound(actual[i], cell.largest, 0));
      continue;
    }
    auto const covered = static_cast<double>(std::max<std::int64_t>(cell.sum.count, 1));
    double const divisor = pooling == Pooling::average               ? covered
                           : pooling == Pooling::average_over_kernel ? static_cast<double>(elements)
                                                                     : 1;
    largest = std::max(largest, test::share_of_wide_bound(actual[i], cell.sum, divisor));
  }
  return largest;
}

/// Features of any size that the type has; of double not so large that a sum would leave it.
template <class T>
Buffer<T> features_of_any_size(RandomNumbers& random, std::int64_t count, bool has_holes) {
  Buffer<T> numbers = test::numbers_with_holes<T>(random, count, has_holes);
  int const largest_exponent = std::is_same_v<T, double> ? 900 : std::numeric_limits<T>::max_exponent;
  if (random.between(0, 3) > 0) return numbers;
  int const exponent = static_cast<int>(random.between(-largest_exponent, largest_exponent));
  for (T& number : numbers) number = static_cast<T>(std::ldexp(static_cast<double>(number), exponent));
  return numbers;
}

TYPED_TEST(RandomPools, AgreeWithTheOracle) {
  using T = typename TypeParam::Features;
  constexpr int D = TypeParam::D;
  std::uint32_t const cases = 150 * test::test_rounds();
  std::uint32_t const first_seed = TypeParam::number << 24;
  int with_pairs = 0;
  for (std::uint32_t seed = first_seed; seed < first_seed + cases; ++seed) {
    LayerCases<D> source(seed);
    LayerCase<D> drawn = source.next();
    drawn.geometry.transposed = false;
    drawn.geometry.centre.reset();
    drawn.geometry.output_padding = 0;
    if (drawn.given && drawn.grid.shape.bounded()) drawn.given.reset();  // they were drawn for another geometry
    LayerPairs<D> const expected(drawn);
    std::int64_t const channels = source.random().between(0, 1) == 0 ? source.random().between(0, 70) : 3;
    Buffer<T> const features =
        features_of_any_size<T>(source.random(), std::ssize(drawn.sites) * channels, drawn.has_holes);
    Pooling const pooling = poolings[source.random().between(0, 3)];
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + drawn.text() + ", channels " + std::to_string(channels) +
                 ", pooling " + std::to_string(static_cast<int>(pooling)));
    with_pairs += !expected.pairs.empty();
    SparsePool<D> const pool({.kernel_size = drawn.geometry.kernel_size,
                              .stride = drawn.geometry.stride,
                              .padding = drawn.geometry.padding,
                              .dilation = drawn.geometry.dilation,
                              .definition = drawn.definition,
                              .pooling = pooling});
    std::optional<SparseTensor<T, D>> first;
    for_each_policy([&](auto const& where) {
      SparseTensor<T, D> const input(test::sites_of(drawn.grid, drawn.sites), channels, features);
      try {
        auto const input_there = test::there(where, input);
        SparseTensor<T, D> const result = [&] {
          if (!drawn.given) return test::here(where, pool(where, input_there));
          auto const sites = test::sites_of(Grid<D>{.batch_size = drawn.grid.batch_size}, *drawn.given);
          return test::here(where, pool(where, input_there, test::there(where, sites)));
        }();
        EXPECT_FALSE(expected.refusals.any()) << "it returned";
        ASSERT_EQ(test::wide(result.sites()), expected.outputs);
        EXPECT_EQ(test::wide(result.grid()).shape, expected.grid.shape);
        EXPECT_LE(largest_share_of_pool<T>(result.features().values(), expected.pairs, features,
                                           expected.output_count(), channels, drawn.geometry.element_count(), pooling),
                  1.0);
        if (!first) first = result;
        EXPECT_TRUE(test::same_bits_or_nan<T>(result.features().values(), std::as_const(*first).features().values()));
      } catch (ShapeError const& error) {
        EXPECT_TRUE(expected.refusals.shape) << error.what();
      } catch (CoordinateError const& error) {
        EXPECT_TRUE(expected.refusals.coordinate) << error.what();
      } catch (CapacityError const& error) {
        EXPECT_TRUE(expected.refusals.capacity || !expected.fits_keys) << error.what();
      }
    });
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(with_pairs, static_cast<int>(cases) / 4);
}

/// The numbers of a trained norm.
struct Statistics {
  std::vector<double> scale, shift, mean, variance;
  double epsilon = 0;

  Statistics(RandomNumbers& random, std::int64_t channels)
      : epsilon(random.between(0, 2) == 0   ? 0
                : random.between(0, 1) == 0 ? 1e-3
                                            : 1e-5) {
    for (std::int64_t c = 0; c < channels; ++c) {
      scale.push_back(2 * random.number<double>());
      shift.push_back(random.number<double>());
      mean.push_back(random.number<double>());
      variance.push_back(0.25 + std::fabs(4 * random.number<double>()));
    }
  }

  [[nodiscard]] std::int64_t channels() const { return std::ssize(scale); }
  [[nodiscard]] BatchNormStatistics<double> view() const { return {scale, shift, mean, variance}; }

  /// What the norm makes of sums.
  void apply_to(test::LayerSums& sums) const {
    for (std::size_t i = 0; i < sums.values.size(); ++i) {
      std::size_t const c = i % scale.size();
      long double const factor = scale[c] / std::sqrt(static_cast<long double>(variance[c]) + epsilon);
      sums.values[i] = factor * (sums.values[i] - mean[c]) + shift[c];
      sums.magnitudes[i] = std::fabs(factor) * (sums.magnitudes[i] + std::fabs(mean[c])) + std::fabs(shift[c]);
    }
    for (std::int64_t& count : sums.terms) count += 3;
  }
};

TYPED_TEST(RandomNorms, ApartAgreeWithTheOracle) {
  using T = typename TypeParam::Features;
  constexpr int D = TypeParam::D;
  std::uint32_t const cases = 50 * test::test_rounds();
  std::uint32_t const first_seed = (TypeParam::number << 24) + (1U << 23);
  for (std::uint32_t seed = first_seed; seed < first_seed + cases; ++seed) {
    LayerCases<D> source(seed);
    LayerCase<D> const drawn = source.next();
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + drawn.text());
    Statistics const statistics(source.random(), source.random().between(1, 70));
    std::int64_t const channels = statistics.channels();
    BatchNorm<T> norm(channels, statistics.epsilon);
    norm.template set<double>(statistics.view());
    SparseTensor<T, D> const input(
        test::sites_of(drawn.grid, drawn.sites), channels,
        test::numbers_with_holes<T>(source.random(), std::ssize(drawn.sites) * channels, drawn.has_holes));
    test::LayerSums sums(input.size(), channels);
    sums.add([&](std::int64_t row, std::int64_t c) { return input.features()(row, c); });
    statistics.apply_to(sums);
    std::optional<SparseTensor<T, D>> first;
    for_each_policy([&](auto const& where) {
      auto const normed = test::there(where, norm)(where, test::there(where, input));
      SparseTensor<T, D> const result = test::here(where, normed);
      EXPECT_LE(test::largest_share<T>(result.features().values(), sums), 1.0);
      SparseTensor<T, D> const activated = test::here(where, activate(where, normed, drawn.activation));
      if (!first) first = activated;
      EXPECT_TRUE(test::same_bits_or_nan<T>(activated.features().values(), std::as_const(*first).features().values()));
      for (std::int64_t i = 0; i < activated.features().size(); ++i) {
        auto const before = static_cast<double>(result.features().data[i]);
        auto const after = static_cast<double>(activated.features().data[i]);
        auto const expected = static_cast<double>(test::activated(drawn.activation, before));
        // gelu_tanh of double is off by some hundred units in the last place where it is next to nothing.
        std::int64_t const roundings = drawn.activation.is_smooth() ? 1000 : 1;
        double const bound = test::rounding_bound<T>(roundings, std::fabs(expected), expected);
        ASSERT_LE(test::share_of_bound(after, expected, bound), 1.0) << before << " became " << after;
      }
    });
    if (::testing::Test::HasFailure()) return;
  }
}

template <class T, class W, int D>
void expect_folded_norms_of_the_oracle(std::uint32_t cases, std::uint32_t first_seed) {
  for (std::uint32_t seed = first_seed; seed < first_seed + cases; ++seed) {
    LayerCases<D> source(seed);
    LayerCase<D> drawn = source.next();
    drawn.activation = no_activation;
    drawn.has_residual = false;
    drawn.given.reset();
    test::RandomLayer<T, W, D> const layer(drawn, source.random(), 50'000);
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + layer.text());
    Convolution<T, D, HostMemory, W> folded = layer.layer();
    if (layer.refusals().any() || !layer.fits_keys() || folded.out_channels() == 0) continue;
    Statistics const statistics(source.random(), folded.out_channels());
    BatchNorm<T> norm(folded.out_channels(), statistics.epsilon);
    norm.template set<double>(statistics.view());
    fold_batch_norm(folded, norm);
    test::LayerSums sums = layer.sums();
    statistics.apply_to(sums);
    // Weights and bias are rounded once more; the smallest of half lose more than a share of themselves.
    double const unit = static_cast<double>(std::numeric_limits<W>::epsilon()) / 2 +
                        2 * static_cast<double>(std::numeric_limits<Accumulator<W>>::epsilon());
    auto const smallest = static_cast<double>(std::numeric_limits<W>::denorm_min());
    for (std::size_t i = 0; i < sums.magnitudes.size(); ++i) {
      auto const row = i / static_cast<std::size_t>(sums.channels);
      sums.magnitudes[i] += smallest / unit * static_cast<double>(sums.terms[row]);
    }
    auto const check = [&](auto const& where) {
      SparseTensor<T, D> const result = folded(where, layer.input());
      EXPECT_LE(test::largest_share<T>(result.features().values(), sums, unit), 1.0);
    };
    check(seq);
    check(OnCpu<2>::policy());
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(RandomFoldedNorms, AgreeWithTheOracle) {
  std::uint32_t const cases = 100 * test::test_rounds();
  expect_folded_norms_of_the_oracle<float, float, 2>(cases, 1U << 28);
  expect_folded_norms_of_the_oracle<half, half, 3>(cases, 2U << 28);
  expect_folded_norms_of_the_oracle<bfloat16, float, 1>(cases, 3U << 28);
  expect_folded_norms_of_the_oracle<double, double, 4>(cases, 4U << 28);
}

}  // namespace
}  // namespace sparseconv::random_pools_test

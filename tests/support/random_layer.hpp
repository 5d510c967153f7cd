#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "sparseconv/layers/convolution.hpp"
#include "support/at_policy.hpp"
#include "support/layer_cases.hpp"
#include "support/layer_sums.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::test {

/// How much came of the cases, so that a test can tell that they are not all alike.
struct LayerTally {
  int cases = 0;
  int refused = 0;
  int with_pairs = 0;
  std::int64_t results = 0;
};

/// Draws as many channels as leave few products.
inline std::pair<std::int64_t, std::int64_t> random_channels(RandomNumbers& random, std::int64_t pairs,
                                                             std::int64_t most_products) {
  auto const draw = [&] { return random.between(0, 60) == 0 ? 0 : random.between(1, 1 << random.between(0, 6)) + 6; };
  std::int64_t in_channels = draw();
  std::int64_t out_channels = draw();
  in_channels = in_channels > 6 ? in_channels - random.between(0, 6) : in_channels;
  out_channels = out_channels > 6 ? out_channels - random.between(0, 6) : out_channels;
  while (pairs * in_channels * out_channels > most_products && in_channels * out_channels > 1) {
    std::int64_t& larger = in_channels > out_channels ? in_channels : out_channels;
    larger = (larger + 1) / 2;
  }
  return {in_channels, out_channels};
}

/// A layer, what it is given, and what the oracle says of it.
template <class T, class W, int D>
class RandomLayer {
 public:
  RandomLayer(LayerCase<D> given, RandomNumbers& random, std::int64_t most_products)
      : case_(std::move(given)), expected_(case_), channels_(random_channels(random, pair_count(), most_products)) {
    std::int64_t const elements = case_.geometry.element_count();
    input_ = numbers_with_holes<T>(random, std::ssize(case_.sites) * channels_.first, case_.has_holes);
    weights_ = numbers_with_holes<W>(random, elements * channels_.first * channels_.second, false);
    if (case_.has_bias) bias_ = numbers_with_holes<W>(random, channels_.second, false);
    if (case_.has_residual) {
      residual_ = numbers_with_holes<T>(random, expected_.output_count() * channels_.second, case_.has_holes);
    }
  }

  [[nodiscard]] std::string text() const {
    return case_.text() + ", channels " + std::to_string(channels_.first) + " to " + std::to_string(channels_.second) +
           ", " + std::to_string(expected_.output_count()) + " outputs, " + std::to_string(pair_count()) + " pairs";
  }
  [[nodiscard]] Refusals const& refusals() const { return expected_.refusals; }
  [[nodiscard]] bool fits_keys() const { return expected_.fits_keys; }
  [[nodiscard]] std::int64_t pair_count() const { return std::ssize(expected_.pairs); }
  [[nodiscard]] LayerCase<D> const& options() const { return case_; }

  [[nodiscard]] LayerSums sums() const {
    LayerSums all(expected_.output_count(), channels_.second);
    all.add_products<T, W>(expected_.pairs, input_, channels_.first, weights_);
    if (case_.has_bias) all.add([&](std::int64_t, std::int64_t c) { return bias_[c]; });
    if (case_.has_residual) {
      all.add([&](std::int64_t row, std::int64_t c) { return residual_[row * channels_.second + c]; });
    }
    all.activate(case_.activation);
    return all;
  }

  [[nodiscard]] Convolution<T, D, HostMemory, W> layer() const {
    return {"layer",
            case_.geometry,
            case_.definition,
            case_.activation,
            Weights<W>(case_.geometry.element_count(), channels_.first, channels_.second, weights_),
            bias_};
  }
  [[nodiscard]] std::span<W const> weights() const { return weights_; }
  [[nodiscard]] std::span<W const> bias() const { return bias_; }

  /// The input on a set of its own: what one policy derived would serve the next.
  [[nodiscard]] SparseTensor<T, D> input() const {
    return SparseTensor<T, D>(sites_of(case_.grid, case_.sites), channels_.first, input_);
  }

  /// What the layer makes of the input, brought to the host; nothing where it refused, which it may if the oracle does.
  template <class Policy, Dataflow How>
  [[nodiscard]] std::optional<SparseTensor<T, D>> result(Policy const& where, How how) const {
    try {
      auto const layer_there = there(where, layer());
      auto const input_there = there(where, input());
      if (case_.given) {
        auto const sites = sites_of(Grid<D>{.batch_size = case_.grid.batch_size}, *case_.given);
        return checked(here(where, layer_there(where, input_there, there(where, sites), how)));
      }
      if (case_.has_residual && !refusals().any()) {
        SiteSet<D> const sites = here(where, layer_there.output_sites(where, input_there.sites()));
        EXPECT_EQ(wide(sites), expected_.outputs);
        if (wide(sites) != expected_.outputs) return std::nullopt;
        auto const shortcut = there(where, SparseTensor<T, D>(sites, channels_.second, residual_));
        return checked(here(where, layer_there.with_residual(where, input_there, shortcut, how)));
      }
      return checked(here(where, layer_there(where, input_there, how)));
    } catch (ShapeError const& error) {
      EXPECT_TRUE(refusals().shape) << error.what();
    } catch (CoordinateError const& error) {
      EXPECT_TRUE(refusals().coordinate) << error.what();
    } catch (CapacityError const& error) {
      EXPECT_TRUE(refusals().capacity || !expected_.fits_keys) << error.what();
    }
    return std::nullopt;
  }

 private:
  /// The result, once grid and sites are found to be the oracle's.
  [[nodiscard]] SparseTensor<T, D> checked(SparseTensor<T, D> const& result) const {
    EXPECT_FALSE(refusals().any()) << "it returned";
    EXPECT_EQ(result.channels(), channels_.second);
    EXPECT_EQ(wide(result.sites()), expected_.outputs);
    EXPECT_EQ(wide(result.grid()).shape, expected_.grid.shape);
    EXPECT_EQ(wide(result.grid()).batch_size, expected_.grid.batch_size);
    return result;
  }

  LayerCase<D> case_;
  LayerPairs<D> expected_;
  std::pair<std::int64_t, std::int64_t> channels_;
  Buffer<T> input_;
  Buffer<W> weights_;
  Buffer<W> bias_;
  Buffer<T> residual_;
};

/// The products of a case that may be: few of most, so that there is time for many.
inline std::int64_t random_most_products(RandomNumbers& random) {
  return random.between(0, 19) == 0 ? 2'000'000 : 100'000;
}

/// Calls body(RandomLayer) with so many layers; what fails there is told their seed and options. Stops at a failure.
template <class T, class W, int D, class Body>
void for_each_random_layer(std::uint32_t cases, std::uint32_t first_seed, LayerTally& tally, Body const& body) {
  for (std::uint32_t seed = first_seed; seed < first_seed + cases; ++seed) {
    LayerCases<D> source(seed);
    LayerCase<D> const drawn = source.next();
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + drawn.text());
    RandomLayer<T, W, D> const layer(drawn, source.random(), random_most_products(source.random()));
    SCOPED_TRACE(layer.text());
    ++tally.cases;
    tally.refused += layer.refusals().any();
    tally.with_pairs += layer.pair_count() > 0;
    body(layer);
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace sparseconv::test

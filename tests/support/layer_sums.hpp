#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "sparseconv/index/output_grid.hpp"
#include "support/activated.hpp"
#include "support/int128_oracle.hpp"
#include "support/layer_cases.hpp"
#include "support/oracle_conversion.hpp"
#include "support/random_sites.hpp"
#include "support/rounding.hpp"
#include "support/wide_conversion.hpp"

namespace sparseconv::test {

/// Which sites a layer leads to and which rows it joins, or why it leads nowhere; from the oracle in 128 bits.
template <int D>
struct LayerPairs {
  WideGrid grid;                     ///< of the outputs
  std::vector<WideIndices> outputs;  ///< in canonical order
  std::vector<WidePair> pairs;
  Refusals refusals;
  bool fits_keys = true;  ///< no table and no sort needs keys of more bits than there are

  explicit LayerPairs(LayerCase<D> const& layer) {
    constexpr int key_bits = 127;
    WideGeometry const geometry = wide(layer.geometry);
    auto const definition = to_oracle(layer.definition);
    std::vector<WideIndices> const inputs = wide(sites_of(layer.grid, layer.sites));
    grid = wide(layer.grid);
    if (layer.given) {
      grid.shape.reset();
      outputs = wide(sites_of(Grid<D>{.batch_size = layer.grid.batch_size}, *layer.given));
    } else {
      grid = wide_output_grid(grid, geometry, definition, refusals);
      if (refusals.any()) return;
      auto const reached = wide_output_sites(inputs, grid, geometry, definition, refusals);
      outputs.assign(reached.begin(), reached.end());
      fits_keys = bits_around_outputs(inputs, grid, geometry, definition) <= key_bits;
    }
    fits_keys = fits_keys && bits_around(inputs) <= key_bits && bits_around(outputs) <= key_bits;
    if (!refusals.any()) pairs = wide_pairs(inputs, outputs, geometry);
  }

  [[nodiscard]] std::int64_t output_count() const { return static_cast<std::int64_t>(outputs.size()); }
};

/// The numbers of a layer's outputs as exactly as long double has them, with what bounds on rounding need.
struct LayerSums {
  std::int64_t channels = 0;
  std::vector<long double> values;
  std::vector<long double> magnitudes;
  std::vector<std::int64_t> terms;  ///< of each row

  LayerSums(std::int64_t rows, std::int64_t channel_count)
      : channels(channel_count),
        values(static_cast<std::size_t>(rows * channel_count)),
        magnitudes(values.size()),
        terms(static_cast<std::size_t>(rows)) {}

  /// Adds input[i] W[k] to output[o] for each pair.
  template <class T, class W>
  void add_products(std::vector<WidePair> const& pairs, std::span<T const> input, std::int64_t in_channels,
                    std::span<W const> weights) {
    std::vector<long double> factors;
    for (W const weight : weights) factors.push_back(static_cast<double>(weight));
    for (auto const& [element, output, row] : pairs) {
      terms[static_cast<std::size_t>(output)] += in_channels;
      for (std::int64_t c = 0; c < in_channels; ++c) {
        long double const number = static_cast<double>(input[static_cast<std::size_t>(row * in_channels + c)]);
        long double const* const factor = factors.data() + (element * in_channels + c) * channels;
        auto const first = static_cast<std::size_t>(output * channels);
        for (std::int64_t j = 0; j < channels; ++j) {
          long double const term = number * factor[j];
          values[first + static_cast<std::size_t>(j)] += term;
          magnitudes[first + static_cast<std::size_t>(j)] += std::fabs(term);
        }
      }
    }
  }

  /// Adds a number to each row and channel.
  template <class Number>
  void add(Number const& number) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      auto const row = static_cast<std::int64_t>(i) / channels;
      long double const addend = static_cast<double>(number(row, static_cast<std::int64_t>(i) - row * channels));
      values[i] += addend;
      magnitudes[i] += std::fabs(addend);
    }
    for (std::int64_t& count : terms) ++count;
  }

  void activate(Activation activation) {
    if (activation == no_activation) return;
    // No kind is steeper than this; each rounds its own result besides.
    long double const steepest = std::max(1.2L, std::fabs(static_cast<long double>(activation.slope)));
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = activated(activation, values[i]);
      magnitudes[i] = magnitudes[i] * steepest + (activation.is_smooth() ? std::fabs(values[i]) : 0);
    }
    for (std::int64_t& count : terms) ++count;
  }
};

/// How far a number lies from what is expected, as a share of the bound; infinite where one is NaN or infinite and the
/// other is not the same.
template <class T>
double share_of_bound(T actual, long double expected, double bound) {
  long double const number = static_cast<double>(actual);
  if (std::isnan(expected)) return std::isnan(number) ? 0 : std::numeric_limits<double>::infinity();
  if (number == expected) return 0;
  if (std::isinf(expected) || !(bound > 0)) return std::numeric_limits<double>::infinity();
  auto const share = static_cast<double>(std::fabs(number - expected) / static_cast<long double>(bound));
  return std::isnan(share) ? std::numeric_limits<double>::infinity() : share;
}

/// What numbers deviate by, as the largest share of what rounding explains; `further` is an error of terms beside T's.
template <class T>
double largest_share(std::span<T const> actual, LayerSums const& expected, double further = 0) {
  if (actual.size() != expected.values.size()) return std::numeric_limits<double>::infinity();
  double largest = 0;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    auto const magnitude = static_cast<double>(expected.magnitudes[i]);
    auto const row = static_cast<std::size_t>(static_cast<std::int64_t>(i) / expected.channels);
    double const bound =
        rounding_bound<T>(expected.terms[row] + 2, magnitude, static_cast<double>(expected.values[i])) +
        further * magnitude;
    largest = std::max(largest, share_of_bound(actual[i], expected.values[i], bound));
  }
  return largest;
}

/// Whether two lists have the same bits, but for the sign and the digits of a NaN.
template <class T>
bool same_bits_or_nan(std::span<T const> a, std::span<T const> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](T one, T other) {
    auto const x = static_cast<double>(one);
    auto const y = static_cast<double>(other);
    return std::isnan(x) ? std::isnan(y) : x == y && std::signbit(x) == std::signbit(y);
  });
}

/// Random numbers, of which some are NaN or infinite if there are holes.
template <class T>
Buffer<T> numbers_with_holes(RandomNumbers& random, std::int64_t count, bool has_holes) {
  Buffer<T> numbers(count);
  for (T& number : numbers) {
    number = static_cast<T>(random.number<double>());
    std::int64_t const kind = has_holes ? random.between(0, 60) : 9;
    if (kind == 0) number = std::numeric_limits<T>::quiet_NaN();
    if (kind == 1) number = std::numeric_limits<T>::infinity();
    if (kind == 2) number = static_cast<T>(-std::numeric_limits<double>::infinity());
  }
  return numbers;
}

}  // namespace sparseconv::test

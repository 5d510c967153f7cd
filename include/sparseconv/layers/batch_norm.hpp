#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "sparseconv/error.hpp"
#include "sparseconv/layers/convolution.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/buffer.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv {

/// The numbers of a trained batch norm. Shapes: C each.
template <Element T>
struct BatchNormStatistics {
  std::span<T const> scale;     ///< gamma
  std::span<T const> shift;     ///< beta
  std::span<T const> mean;      ///< running mean
  std::span<T const> variance;  ///< running variance, biased or not as it was trained
};

/// Batch norm of a trained network: scale * (x - mean) / sqrt(variance + epsilon) + shift, active rows only.
///
/// A new one has scale 1, shift 0, mean 0, variance 1, as in PyTorch before training.
template <Element T>
class BatchNorm {
 public:
  /// Throws: ShapeError if channels < 1 or epsilon is negative or not a number.
  explicit BatchNorm(std::int64_t channels, double epsilon = 1e-5)
      : epsilon_(epsilon), factors_(checked(channels, epsilon), T{0}), offsets_(channels, T{0}) {
    std::fill(factors_.begin(), factors_.end(), static_cast<T>(1 / std::sqrt(1 + epsilon)));
  }

  [[nodiscard]] std::int64_t channels() const { return factors_.size(); }

  /// Learned numbers: scale and shift.
  [[nodiscard]] std::int64_t parameter_count() const { return 2 * channels(); }

  /// Throws: ShapeError if one of them does not have C numbers, or variance + epsilon is not positive.
  void set(BatchNormStatistics<T> const& statistics) {
    auto const check = [&](std::span<T const> values, char const* what) {
      if (static_cast<std::int64_t>(values.size()) == channels()) return;
      throw ShapeError(std::string("BatchNorm.set: ") + what + " has " + std::to_string(values.size()) +
                       " numbers, the layer " + std::to_string(channels()) + " channels; give one for each");
    };
    check(statistics.scale, "scale");
    check(statistics.shift, "shift");
    check(statistics.mean, "mean");
    check(statistics.variance, "variance");
    Buffer<T> factors(channels());
    Buffer<T> offsets(channels());
    for (std::int64_t c = 0; c < channels(); ++c) {
      auto const i = static_cast<std::size_t>(c);
      double const spread = static_cast<double>(statistics.variance[i]) + epsilon_;
      if (!(spread > 0)) {
        throw ShapeError("BatchNorm.set: variance + epsilon of channel " + std::to_string(c) + " is " +
                         std::to_string(spread) + "; it must be positive");
      }
      double const factor = static_cast<double>(statistics.scale[i]) / std::sqrt(spread);
      factors[c] = static_cast<T>(factor);
      offsets[c] =
          static_cast<T>(static_cast<double>(statistics.shift[i]) - factor * static_cast<double>(statistics.mean[i]));
    }
    factors_ = std::move(factors);
    offsets_ = std::move(offsets);
  }

  /// y = x * factors + offsets.
  [[nodiscard]] std::span<T const> factors() const { return factors_; }
  [[nodiscard]] std::span<T const> offsets() const { return offsets_; }

  /// Shapes: N x C to N x C, on the same sites.
  /// Throws: ShapeError if the input does not have C channels.
  template <ExecutionPolicy Policy, int D>
  [[nodiscard]] SparseTensor<T, D> operator()(Policy const& where, SparseTensor<T, D> const& input) const {
    if (input.channels() != channels()) {
      throw ShapeError("BatchNorm: input has " + std::to_string(input.channels()) + " channels, the layer " +
                       std::to_string(channels()) + "; they must be equal");
    }
    SparseTensor<T, D> result(input.sites(), channels(), Buffer<T>(where.memory(), input.size() * channels()));
    for_each_index(where, input.size(), [&](std::int64_t row) {
      for (std::int64_t c = 0; c < channels(); ++c) {
        result.features()(row, c) = input.features()(row, c) * factors_[c] + offsets_[c];
      }
    });
    return result;
  }

 private:
  static std::int64_t checked(std::int64_t channels, double epsilon) {
    if (channels < 1) {
      throw ShapeError("BatchNorm: " + std::to_string(channels) + " channels; give at least 1");
    }
    if (!(epsilon >= 0)) {
      throw ShapeError("BatchNorm: epsilon is " + std::to_string(epsilon) + "; it cannot be negative");
    }
    return channels;
  }

  double epsilon_;
  Buffer<T> factors_;
  Buffer<T> offsets_;
};

/// Puts a batch norm into the convolution before it, which then does the work of both.
///
/// Throws: ShapeError if the channels differ, or the convolution has an activation, which would come between the two.
template <Element T, int D>
void fold_batch_norm(Convolution<T, D>& convolution, BatchNorm<T> const& norm) {
  if (norm.channels() != convolution.out_channels()) {
    throw ShapeError("fold_batch_norm: the norm has " + std::to_string(norm.channels()) +
                     " channels, the convolution gives " + std::to_string(convolution.out_channels()) +
                     "; they must be equal");
  }
  if (convolution.activation() != no_activation) {
    throw ShapeError("fold_batch_norm: the convolution has an activation before the norm; set it after folding");
  }
  WeightsView<T> const weights = convolution.weights();
  auto const channels = static_cast<std::size_t>(norm.channels());
  Buffer<T> folded(std::span<T const>(weights.data, static_cast<std::size_t>(weights.size())));
  for (std::int64_t i = 0; i < folded.size(); ++i) folded[i] *= norm.factors()[static_cast<std::size_t>(i) % channels];
  Buffer<T> bias(norm.offsets());
  for (std::size_t c = 0; c < convolution.bias().size(); ++c) {
    bias[static_cast<std::int64_t>(c)] += convolution.bias()[c] * norm.factors()[c];
  }
  Convolution<T, D> both = convolution;  // changed apart, so that a throw leaves the caller's as it was
  both.set_weights(folded);
  both.set_bias(bias);
  convolution = std::move(both);
}

}  // namespace sparseconv

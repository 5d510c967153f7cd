#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "sparseconv/error.hpp"
#include "sparseconv/execute/activation.hpp"
#include "sparseconv/execute/finish_rows.hpp"
#include "sparseconv/layers/kernel_layer.hpp"
#include "sparseconv/layers/norm_terms.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/number/arithmetic.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/tensor/copy_to.hpp"
#include "sparseconv/tensor/refused_call.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// The numbers of a trained batch norm, of any element type. Shapes: C each.
template <Element T>
struct BatchNormStatistics {
  std::span<T const> scale;     ///< gamma
  std::span<T const> shift;     ///< beta
  std::span<T const> mean;      ///< running mean
  std::span<T const> variance;  ///< running variance, biased or not as it was trained
};

/// Batch norm of a trained network: scale * (x - mean) / sqrt(variance + epsilon) + shift, active rows only.
///
/// A new one has scale 1, shift 0, mean 0, variance 1, as in PyTorch before training. copy_to brings it to a device.
template <Element T, MemorySpace Memory = HostMemory>
class BatchNorm : private RefusedCalls<TensorKind<T, 0, Memory>> {
 public:
  using Number = Accumulator<T>;

  /// Throws: ShapeError if channels < 1 or epsilon is negative, infinite or not a number.
  explicit BatchNorm(std::int64_t channels, double epsilon = 1e-5) requires(Memory::host_reads)
      : epsilon_(epsilon), factors_(checked(channels, epsilon), Number{0}), offsets_(channels, Number{0}) {
    std::fill(factors_.begin(), factors_.end(), static_cast<Number>(1 / std::sqrt(1 + epsilon)));
  }

  /// A norm y = x * factors + offsets. Shapes: C numbers each.
  /// Throws: ShapeError if there are not as many factors as offsets, or what the other constructor throws.
  BatchNorm(Buffer<Number, Memory> factors, Buffer<Number, Memory> offsets, double epsilon)
      : epsilon_(epsilon), factors_(std::move(factors)), offsets_(std::move(offsets)) {
    if (checked(factors_.size(), epsilon) != offsets_.size()) {
      throw ShapeError({"BatchNorm: ", factors_.size(), " factors and ", offsets_.size(),
                        " offsets; give one of each for every channel"});
    }
  }

  [[nodiscard]] std::int64_t channels() const { return factors_.size(); }
  [[nodiscard]] double epsilon() const { return epsilon_; }

  /// Learned numbers: scale and shift.
  [[nodiscard]] std::int64_t parameter_count() const { return 2 * channels(); }

  /// Throws: ShapeError if one of them does not have C numbers, or variance + epsilon is not positive.
  template <Element Statistic = T>
  void set(BatchNormStatistics<Statistic> const& statistics) requires(Memory::host_reads) {
    check_norm_list(statistics.scale, channels(), "scale", "BatchNorm.set");
    check_norm_list(statistics.shift, channels(), "shift", "BatchNorm.set");
    check_norm_list(statistics.mean, channels(), "mean", "BatchNorm.set");
    check_norm_list(statistics.variance, channels(), "variance", "BatchNorm.set");
    Buffer<Number> factors(channels());
    Buffer<Number> offsets(channels());
    for (std::int64_t c = 0; c < channels(); ++c) {
      auto const i = static_cast<std::size_t>(c);
      double const spread = static_cast<double>(statistics.variance[i]) + epsilon_;
      if (!(spread > 0)) {
        throw ShapeError({"BatchNorm.set: variance + epsilon of channel ", c, " is ", spread, "; it must be positive"});
      }
      NormTerms const terms =
          norm_terms(static_cast<double>(statistics.scale[i]), static_cast<double>(statistics.shift[i]),
                     static_cast<double>(statistics.mean[i]), spread);
      factors[c] = static_cast<Number>(terms.factor);
      offsets[c] = static_cast<Number>(terms.offset);
    }
    factors_ = std::move(factors);
    offsets_ = std::move(offsets);
  }

  /// Lists side by side, whose order nobody could check: a sentence of the compiler.
  template <class First, class Second, class... More>
  void set(First const&, Second const&, More const&...) {
    static_assert(
        never<First>,
        "sparseconv: BatchNorm::set takes its lists by name: norm.set({.scale = gamma, .shift = beta, .mean = "
        "running_mean, .variance = running_var})");
  }

  /// y = x * factors + offsets; both in the norm's memory.
  [[nodiscard]] std::span<Number const> factors() const { return span_of(factors_); }
  [[nodiscard]] std::span<Number const> offsets() const { return span_of(offsets_); }

  /// activation(norm of the input); without an activation the norm alone.
  ///
  /// Shapes: N x C to N x C, on the same sites.
  /// Order:  `seq` and `cpu` wait for the result, a device policy does not.
  /// Bits:   the same for every policy: see finish_rows.
  /// Throws: ShapeError if the input does not have C channels.
  template <PolicyThatReaches<Memory> Policy, int D>
  [[nodiscard]] SparseTensor<T, D, Memory> operator()(Policy const& where, SparseTensor<T, D, Memory> const& input,
                                                      Activation activation = no_activation) const {
    check_norm_input(input.channels(), channels(), "BatchNorm");
    SparseTensor<T, D, Memory> result(input.sites(), channels(),
                                      Buffer<T, Memory>(where.memory(), input.size() * channels()));
    finish_rows(where, input.features(), factors(),
                Epilogue<T, Memory, Number>{.bias = offsets(), .activation = activation}, result.features());
    return result;
  }

  using RefusedCalls<TensorKind<T, 0, Memory>>::operator();

 private:
  static std::int64_t checked(std::int64_t channels, double epsilon) {
    checked_norm_channels(channels, "BatchNorm");
    if (!(epsilon >= 0) || !std::isfinite(epsilon)) {
      throw ShapeError({"BatchNorm: epsilon is ", epsilon, "; it must be finite and cannot be negative"});
    }
    return channels;
  }

  static std::span<Number const> span_of(Buffer<Number, Memory> const& values) {
    return {values.data(), static_cast<std::size_t>(values.size())};
  }

  double epsilon_;
  Buffer<Number, Memory> factors_;
  Buffer<Number, Memory> offsets_;
};

/// The norm in the memory of a device policy.
///
/// Order, Throws: as copy_to of a tensor.
template <DevicePolicy Policy, Element T>
BatchNorm<T, typename Policy::Memory> copy_to(Policy const& where, BatchNorm<T> const& norm) {
  return {copy_to(where, norm.factors()), copy_to(where, norm.offsets()), norm.epsilon()};
}

/// Puts a batch norm into the convolution before it, of whatever kind, which then does the work of both. The products are rounded to the type of
/// its weights.
///
/// Throws: ShapeError if the channels differ, or the convolution has an activation, which would come between the two; CapacityError
///         if a product does not fit the type of the weights. The convolution is as it was then.
template <Element T, Element W>
void fold_batch_norm(KernelLayer<T, HostMemory, W>& convolution, BatchNorm<T> const& norm) {
  if (norm.channels() != convolution.out_channels()) {
    throw ShapeError({"fold_batch_norm: the norm has ", norm.channels(), " channels, the convolution gives ",
                      convolution.out_channels(), "; they must be equal"});
  }
  if (convolution.activation() != no_activation) {
    throw ShapeError("fold_batch_norm: the convolution has an activation before the norm; set it after folding");
  }
  // What comes of a number of the layer and the norm's of its channel, rounded to W.
  auto const fitting = [&](Accumulator<T> of_layer, Accumulator<T> number, std::size_t channel) {
    W const stored(number);
    bool const was_finite =
        std::isfinite(of_layer) && std::isfinite(norm.factors()[channel]) && std::isfinite(norm.offsets()[channel]);
    if (was_finite && !std::isfinite(static_cast<Accumulator<T>>(stored))) {
      throw CapacityError({"fold_batch_norm: with the norm's factor of ", norm.factors()[channel], " channel ", channel,
                           " has ", number,
                           ", which the type of the weights does not hold; keep the weights in a wider type, or "
                           "the norm apart"});
    }
    return stored;
  };
  WeightsView<W> const weights = convolution.weights();
  auto const channels = static_cast<std::size_t>(norm.channels());
  Buffer<W> folded(std::span<W const>(weights.data, static_cast<std::size_t>(weights.size())));
  for (std::int64_t i = 0; i < folded.size(); ++i) {
    std::size_t const c = static_cast<std::size_t>(i) % channels;
    auto const weight = static_cast<Accumulator<T>>(folded[i]);
    folded[i] = fitting(weight, weight * norm.factors()[c], c);
  }
  Buffer<W> bias(norm.channels());
  for (std::size_t c = 0; c < channels; ++c) {
    Accumulator<T> own{0};
    Accumulator<T> sum = norm.offsets()[c];
    if (!convolution.bias().empty()) {
      own = static_cast<Accumulator<T>>(convolution.bias()[c]);
      sum = product_then_sum(own, norm.factors()[c], sum);
    }
    bias[static_cast<std::int64_t>(c)] = fitting(own, sum, c);
  }
  KernelLayer<T, HostMemory, W> both = convolution;  // changed apart, so that a throw leaves the caller's as it was
  both.set_weights(folded);
  both.set_bias(bias);
  convolution = std::move(both);
}

}  // namespace sparseconv::inline v0_1

#pragma once

#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

#include "sparseconv/config.hpp"
#include "sparseconv/execute/activation.hpp"
#include "sparseconv/execute/column_moments.hpp"
#include "sparseconv/execute/finish_rows.hpp"
#include "sparseconv/layers/computed_norm.hpp"
#include "sparseconv/layers/norm_terms.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/copy_to.hpp"
#include "sparseconv/tensor/refused_call.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// Writes what a batch norm does to a channel, from its statistics: a body of for_each_index.
template <class Number>
struct WriteNormTerms {
  double const* scale;
  double const* shift;
  double const* mean;
  double const* variance;
  double epsilon;
  Number* factors;
  Number* offsets;

  /// Those of channel c.
  SPARSECONV_HOST_DEVICE void operator()(std::int64_t c) const {
    NormTerms const terms = norm_terms(scale[c], shift[c], mean[c], variance[c] + epsilon);
    factors[c] = static_cast<Number>(terms.factor);
    offsets[c] = static_cast<Number>(terms.offset);
  }
};

/// Batch norm by the statistics of what it is given, as in training: scale * (x - mean) / sqrt(variance + epsilon) +
/// shift, with mean and biased variance of each channel over the active rows of the whole batch. BatchNorm is the one
/// with statistics of a training.
///
/// A new one has scale 1 and shift 0. copy_to brings it to a device.
template <Element T, MemorySpace Memory = HostMemory>
class BatchStatisticsNorm : public ComputedNorm<Memory>, private RefusedCalls<TensorKind<T, 0, Memory>> {
 public:
  /// Throws: ShapeError if channels < 1, or epsilon is not positive and finite.
  explicit BatchStatisticsNorm(std::int64_t channels, double epsilon = 1e-5) requires(Memory::host_reads)
      : ComputedNorm<Memory>(channels, epsilon, "BatchStatisticsNorm") {}

  /// Of parts. Shapes: C numbers each.
  /// Throws: ShapeError if there are not as many scales as shifts, or what the other constructor throws.
  BatchStatisticsNorm(Buffer<double, Memory> scale, Buffer<double, Memory> shift, double epsilon)
      : ComputedNorm<Memory>(std::move(scale), std::move(shift), epsilon, "BatchStatisticsNorm") {}

  /// Throws: ShapeError if one of them does not have C numbers; the norm is as it was then.
  template <Element Number = T>
  void set(std::type_identity_t<std::span<Number const>> scale,
           std::type_identity_t<std::span<Number const>> shift) requires(Memory::host_reads) {
    this->template set_parameters<Number>(scale, shift, "BatchStatisticsNorm.set");
  }

  /// activation(norm of the input); without an activation the norm alone.
  ///
  /// Shapes: N x C to N x C, on the same sites. N may be 0.
  /// Order:  `seq` and `cpu` wait for the result, a device policy does not.
  /// Bits:   the same for every policy: see column_moments, and finish_rows for what follows. Factor and offset of a
  ///         channel are computed in double and rounded once to the type of the sums.
  /// Throws: ShapeError if the input does not have C channels.
  template <PolicyThatReaches<Memory> Policy, int D>
  [[nodiscard]] SparseTensor<T, D, Memory> operator()(Policy const& where, SparseTensor<T, D, Memory> const& input,
                                                      Activation activation = no_activation) const {
    check_norm_input(input.channels(), this->channels(), "BatchStatisticsNorm");
    SparseTensor<T, D, Memory> result(input.sites(), input.channels(),
                                      Buffer<T, Memory>(where.memory(), input.size() * input.channels()));
    apply(where, input.features(), result.features(), activation);
    return result;
  }

  using RefusedCalls<TensorKind<T, 0, Memory>>::operator();

  /// The same for rows that lie anywhere in the norm's memory. The output may be the input.
  template <ExecutionPolicy Policy>
  void apply(Policy const& where, MatrixView<T const, Memory> input, MatrixView<T, Memory> output,
             Activation activation = no_activation) const {
    using Number = Accumulator<T>;
    check_norm_input(input.columns, this->channels(), "BatchStatisticsNorm");
    std::int64_t const channels = this->channels();
    auto const count = static_cast<std::size_t>(channels);
    Buffer<double, Memory> mean(where.memory(), channels);
    Buffer<double, Memory> variance(where.memory(), channels);
    column_moments(where, input, std::span<double>(mean.data(), count), std::span<double>(variance.data(), count));
    Buffer<Number, Memory> factors(where.memory(), channels);
    Buffer<Number, Memory> offsets(where.memory(), channels);
    for_each_index(where, channels,
                   WriteNormTerms<Number>{this->scale().data(), this->shift().data(), mean.data(), variance.data(),
                                          this->epsilon(), factors.data(), offsets.data()});
    finish_rows(
        where, input, std::span<Number const>(factors.data(), count),
        Epilogue<T, Memory, Number>{.bias = std::span<Number const>(offsets.data(), count), .activation = activation},
        output);
  }
};

/// The norm in the memory of a device policy.
///
/// Order, Throws: as copy_to of a tensor.
template <DevicePolicy Policy, Element T>
BatchStatisticsNorm<T, typename Policy::Memory> copy_to(Policy const& where, BatchStatisticsNorm<T> const& norm) {
  return {copy_to(where, norm.scale()), copy_to(where, norm.shift()), norm.epsilon()};
}

}  // namespace sparseconv::inline v0_1

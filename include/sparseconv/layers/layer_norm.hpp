#pragma once

#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

#include "sparseconv/execute/layer_norm_rows.hpp"
#include "sparseconv/layers/computed_norm.hpp"
#include "sparseconv/layers/norm_terms.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/copy_to.hpp"
#include "sparseconv/tensor/refused_call.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// Layer norm over the channels of each active row: scale * (x - mean) / sqrt(variance + epsilon) + shift, with the
/// row's own mean and biased variance.
///
/// A new one has scale 1 and shift 0. copy_to brings it to a device.
template <Element T, MemorySpace Memory = HostMemory>
class LayerNorm : public ComputedNorm<Memory>, private RefusedCalls<TensorKind<T, 0, Memory>> {
 public:
  /// Throws: ShapeError if channels < 1, or epsilon is not positive and finite.
  explicit LayerNorm(std::int64_t channels, double epsilon = 1e-5) requires(Memory::host_reads)
      : ComputedNorm<Memory>(channels, epsilon, "LayerNorm") {}

  /// Of parts. Shapes: C numbers each.
  /// Throws: ShapeError if there are not as many scales as shifts, or what the other constructor throws.
  LayerNorm(Buffer<double, Memory> scale, Buffer<double, Memory> shift, double epsilon)
      : ComputedNorm<Memory>(std::move(scale), std::move(shift), epsilon, "LayerNorm") {}

  /// Throws: ShapeError if one of them does not have C numbers; the norm is as it was then.
  template <Element Number = T>
  void set(std::type_identity_t<std::span<Number const>> scale,
           std::type_identity_t<std::span<Number const>> shift) requires(Memory::host_reads) {
    this->template set_parameters<Number>(scale, shift, "LayerNorm.set");
  }

  /// The norm of each row of the input.
  ///
  /// Shapes: N x C to N x C, on the same sites.
  /// Order:  `seq` and `cpu` wait for the result, a device policy does not.
  /// Bits:   the same for every policy: see layer_norm_rows.
  /// Throws: ShapeError if the input does not have C channels.
  template <PolicyThatReaches<Memory> Policy, int D>
  [[nodiscard]] SparseTensor<T, D, Memory> operator()(Policy const& where,
                                                      SparseTensor<T, D, Memory> const& input) const {
    check_norm_input(input.channels(), this->channels(), "LayerNorm");
    SparseTensor<T, D, Memory> result(input.sites(), input.channels(),
                                      Buffer<T, Memory>(where.memory(), input.size() * input.channels()));
    layer_norm_rows(where, input.features(), this->scale(), this->shift(), this->epsilon(), result.features());
    return result;
  }

  using RefusedCalls<TensorKind<T, 0, Memory>>::operator();
};

/// The norm in the memory of a device policy.
///
/// Order, Throws: as copy_to of a tensor.
template <DevicePolicy Policy, Element T>
LayerNorm<T, typename Policy::Memory> copy_to(Policy const& where, LayerNorm<T> const& norm) {
  return {copy_to(where, norm.scale()), copy_to(where, norm.shift()), norm.epsilon()};
}

}  // namespace sparseconv::inline v0_1

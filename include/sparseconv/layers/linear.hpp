#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "sparseconv/error.hpp"
#include "sparseconv/execute/activation.hpp"
#include "sparseconv/execute/multiply_rows.hpp"
#include "sparseconv/execute/weights.hpp"
#include "sparseconv/layers/kernel_layer.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/copy_to.hpp"
#include "sparseconv/tensor/refused_call.hpp"
#include "sparseconv/tensor/same_sites.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// What a Linear is made from.
struct LinearConfig {
  std::int64_t in_channels = 0;           ///< numbers at each site of the input
  std::int64_t out_channels = 0;          ///< numbers at each site of the result
  bool bias = true;                       ///< starts at 0
  Activation activation = no_activation;  ///< what follows the sum
  std::uint64_t seed = 0;                 ///< of the weights, see he_uniform
};

/// Multiplies the features of every site by one matrix, for sites of any dimension: what a convolution of kernel size 1 does,
/// without a rulebook. For the heads of networks and the changes of channels in them. A call changes nothing in the layer and is
/// safe from several threads.
///
/// T is the element type of the features, W that of weights and bias: both double, or each float, half or bfloat16. Sums are
/// kept in double or float. On a device W is T, or T is float.
template <Element T, MemorySpace Memory = HostMemory, Element W = T>
class Linear : public KernelLayer<T, Memory, W>,
               private RefusedCalls<TensorKind<T, 0, Memory>>,
               private RefusedResiduals<TensorKind<T, 0, Memory>> {
  using Layer = KernelLayer<T, Memory, W>;

 public:
  /// Throws: ShapeError if a channel count is below 1; CapacityError if the weights cannot be addressed.
  explicit Linear(LinearConfig const& config) requires(Memory::host_reads) : Layer("Linear", 1, config) {}

  /// A layer of parts. Weights of more than one kernel element, and weights and bias that do not fit, are refused by the call.
  Linear(std::string name, Activation activation, Weights<W, Memory> weights, Buffer<W, Memory> bias)
      : Layer(std::move(name), activation, std::move(weights), std::move(bias)) {}

  /// activation(input W + bias) on the input's sites; what is derived from these is neither read nor made.
  ///
  /// Shapes: input N x C_in; result N x C_out.
  /// Order:  `seq` and `cpu` wait for the result; a device policy does not.
  /// Bits:   the same on every run and for any number of threads: those of a submanifold convolution of kernel size 1.
  /// Work:   2 N C_in C_out operations.
  /// Throws: ShapeError if input.channels() != C_in.
  template <PolicyThatReaches<Memory> Policy, int D>
  [[nodiscard]] SparseTensor<T, D, Memory> operator()(Policy const& where,
                                                      SparseTensor<T, D, Memory> const& input) const {
    this->check_channels(input.channels(), "Linear");
    return multiply(where, input, input.sites(), {});
  }

  using RefusedCalls<TensorKind<T, 0, Memory>>::operator();

  /// Adds what a shortcut brings, while the sums are at hand: activation(input W + bias + residual).
  ///
  /// Shapes: residual N x C_out, on the input's sites; the result has the residual's sites.
  /// Order:  as the call; a device policy waits to compare the sites where they are not one set.
  /// Throws: ShapeError if input.channels() != C_in, or the residual has other sites than the input or other channels than the
  ///         result.
  template <PolicyThatReaches<Memory> Policy, int D>
  [[nodiscard]] SparseTensor<T, D, Memory> with_residual(Policy const& where, SparseTensor<T, D, Memory> const& input,
                                                         SparseTensor<T, D, Memory> const& residual) const {
    this->check_channels(input.channels(), "Linear");
    if (!same_sites(where, residual.sites(), input.sites())) {
      throw ShapeError({this->name(), ".with_residual: the residual's ", residual.size(), " sites are not the input's ",
                        input.size(), how_grids_differ(residual.sites(), input.sites()),
                        "; give a tensor on the sites of the input"});
    }
    this->check_residual_channels(residual.channels());
    return multiply(where, input, residual.sites(), residual.features());
  }

  using RefusedResiduals<TensorKind<T, 0, Memory>>::with_residual;

 private:
  template <ExecutionPolicy Policy, int D>
  SparseTensor<T, D, Memory> multiply(Policy const& where, SparseTensor<T, D, Memory> const& input,
                                      SiteSet<D, Memory> const& outputs, MatrixView<T const, Memory> residual) const {
    check_reach<Policy, Memory>();
    SparseTensor<T, D, Memory> result = this->unwritten(where, outputs);
    multiply_rows(where, input.features(), this->weights(), result.features(), this->epilogue(residual));
    return result;
  }
};

/// The layer in the memory of a device policy.
///
/// Order, Throws: as copy_to of a tensor.
template <DevicePolicy Policy, Element T, Element W>
Linear<T, typename Policy::Memory, W> copy_to(Policy const& where, Linear<T, HostMemory, W> const& layer) {
  return {layer.name(), layer.activation(), copy_to(where, layer.weights()), copy_to(where, layer.bias())};
}

}  // namespace sparseconv::inline v0_1

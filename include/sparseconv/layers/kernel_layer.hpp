#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>

#include "sparseconv/error.hpp"
#include "sparseconv/execute/gather_gemm_scatter.hpp"
#include "sparseconv/execute/implicit_gemm.hpp"
#include "sparseconv/execute/weights.hpp"
#include "sparseconv/index/row_map.hpp"
#include "sparseconv/index/rulebook.hpp"
#include "sparseconv/layers/he_uniform.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/tensor/copy_to.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// What all layers with a kernel share, whatever sites they lead to: a name, weights, bias and activation.
///
/// T is the element type of the features, W that of weights and bias: both double, or each float, half or bfloat16.
template <Element T, MemorySpace Memory = HostMemory, Element W = T>
class KernelLayer {
 public:
  [[nodiscard]] std::int64_t in_channels() const { return weights_.view().in_channels; }
  [[nodiscard]] std::int64_t out_channels() const { return weights_.view().out_channels; }
  [[nodiscard]] Activation activation() const { return activation_; }

  /// What messages call the layer.
  [[nodiscard]] std::string const& name() const { return name_; }

  /// K x C_in x C_out, see WeightsView.
  [[nodiscard]] WeightsView<W, Memory> weights() const { return weights_.view(); }

  /// C_out numbers, or none; in the layer's memory.
  [[nodiscard]] std::span<W const> bias() const { return {bias_.data(), static_cast<std::size_t>(bias_.size())}; }

  /// Weights and biases together.
  [[nodiscard]] std::int64_t parameter_count() const { return weights().size() + bias_.size(); }

  /// Takes other weights.
  ///
  /// Shapes: K x C_in x C_out, kernel elements row-major with the last axis fastest.
  /// Throws: ShapeError for another number of values.
  void set_weights(std::span<W const> values) requires(Memory::host_reads) {
    if (static_cast<std::int64_t>(values.size()) != weights().size()) {
      throw ShapeError({name_, ".set_weights: ", values.size(), " values for weights of ", weights().elements,
                        " kernel elements x ", in_channels(), " x ", out_channels(), " channels; give ",
                        weights().size()});
    }
    weights_ = Weights<W>(weights().elements, in_channels(), out_channels(), Buffer<W>(values));
  }

  /// Takes another bias.
  ///
  /// Shapes: C_out numbers; none takes the bias away.
  /// Throws: ShapeError for another number of values.
  void set_bias(std::span<W const> values) requires(Memory::host_reads) {
    if (!values.empty() && static_cast<std::int64_t>(values.size()) != out_channels()) {
      throw ShapeError({name_, ".set_bias: ", values.size(), " values for ", out_channels(),
                        " output channels; give one for each, or none"});
    }
    bias_ = Buffer<W>(values);
  }

  /// Takes another activation.
  void set_activation(Activation activation) { activation_ = activation; }

 protected:
  /// A layer of parts. Weights and bias that do not fit are refused by the call.
  KernelLayer(std::string name, Activation activation, Weights<W, Memory> weights, Buffer<W, Memory> bias)
      : name_(std::move(name)), activation_(activation), weights_(std::move(weights)), bias_(std::move(bias)) {
    check_elements<T, W>();
  }

  /// A new layer of so many kernel elements: weights of he_uniform, and zeros if it has a bias.
  /// Throws: ShapeError if a channel count is below 1; CapacityError if the weights cannot be addressed.
  template <class Config>
  KernelLayer(std::string name, std::int64_t elements, Config const& config)
      : name_(std::move(name)), activation_(config.activation) {
    check_elements<T, W>();
    std::int64_t const in_channels = config.in_channels;
    std::int64_t const out_channels = config.out_channels;
    if (in_channels < 1 || out_channels < 1) {
      throw ShapeError(
          {name_, ": in_channels is ", in_channels, ", out_channels is ", out_channels, "; both must be at least 1"});
    }
    if (in_channels > std::numeric_limits<std::int64_t>::max() / elements / out_channels) {
      throw CapacityError({name_, ": weights of ", elements, " x ", in_channels, " x ", out_channels,
                           " cannot be addressed; take fewer channels or a smaller kernel"});
    }
    weights_ = Weights<W>(elements, in_channels, out_channels,
                          he_uniform<W>(elements * in_channels * out_channels, elements * in_channels, config.seed));
    if (config.bias) bias_ = Buffer<W>(out_channels, W{0});
  }

  /// Throws: ShapeError if an input of so many channels is not the layer's; `kind` names a layer that lost its own
  ///         name.
  void check_channels(std::int64_t channels, char const* kind) const {
    if (weights().elements == 0) {
      throw ShapeError({kind, ": the layer was moved from and has no weights; use the one that it was moved to"});
    }
    if (channels == in_channels()) return;
    throw ShapeError({name_, ": input has ", channels, " channels, the layer takes ", in_channels(),
                      "; make the layer with in_channels = ", channels, ", or give it another input"});
  }

  /// Throws: ShapeError if a residual of so many channels is not what the layer gives.
  void check_residual_channels(std::int64_t channels) const {
    if (channels == out_channels()) return;
    throw ShapeError({name_, ".with_residual: the residual has ", channels, " channels, the layer gives ",
                      out_channels(), "; they must be equal"});
  }

  /// activation(sum + bias + residual) on the output sites of a rulebook.
  template <ExecutionPolicy Policy, int D>
  SparseTensor<T, D, Memory> convolve(Policy const& where, RulebookView<Memory> const& rules,
                                      SparseTensor<T, D, Memory> const& input, SiteSet<D, Memory> const& outputs,
                                      MatrixView<T const, Memory> residual) const {
    SparseTensor<T, D, Memory> result = unwritten(where, outputs);
    gather_gemm_scatter(where, rules, input.features(), weights(), result.features(), epilogue(residual));
    return result;
  }

  /// The same by a row map.
  template <ExecutionPolicy Policy, int D>
  SparseTensor<T, D, Memory> convolve(Policy const& where, RowMap<Memory> const& map,
                                      SparseTensor<T, D, Memory> const& input, SiteSet<D, Memory> const& outputs,
                                      MatrixView<T const, Memory> residual) const {
    SparseTensor<T, D, Memory> result = unwritten(where, outputs);
    implicit_gemm(where, map, input.features(), weights(), result.features(), epilogue(residual));
    return result;
  }

  /// A result whose features hold no numbers yet.
  template <ExecutionPolicy Policy, int D>
  SparseTensor<T, D, Memory> unwritten(Policy const& where, SiteSet<D, Memory> const& outputs) const {
    return {outputs, out_channels(),
            Buffer<T, Memory>(where.memory(), feature_count(outputs.size(), out_channels(), name_))};
  }

  /// What follows the sums; a residual without data is none.
  Epilogue<T, Memory, W> epilogue(MatrixView<T const, Memory> residual) const {
    return {.bias = bias(), .residual = residual, .activation = activation_};
  }

 private:
  std::string name_;
  Activation activation_;
  Weights<W, Memory> weights_;
  Buffer<W, Memory> bias_;
};

/// Weights in the memory of a device policy.
///
/// Order, Throws: as copy_to of an array.
template <DevicePolicy Policy, Element W>
Weights<W, typename Policy::Memory> copy_to(Policy const& where, WeightsView<W> const& weights) {
  std::span<W const> const values(weights.data, static_cast<std::size_t>(weights.size()));
  return {weights.elements, weights.in_channels, weights.out_channels, copy_to(where, values)};
}

}  // namespace sparseconv::inline v0_1

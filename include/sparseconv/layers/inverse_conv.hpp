#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "sparseconv/error.hpp"
#include "sparseconv/execute/dataflow.hpp"
#include "sparseconv/execute/weights.hpp"
#include "sparseconv/index/cached_rulebook.hpp"
#include "sparseconv/layers/convolution_config.hpp"
#include "sparseconv/layers/kernel_layer.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/tensor/copy_to.hpp"
#include "sparseconv/tensor/refused_call.hpp"
#include "sparseconv/tensor/same_sites.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// Leads back to the sites that an earlier layer started from: it takes that layer's pairs with inputs and outputs
/// exchanged.
///
/// The pairs of element k are those of the earlier layer's element k, and they are not looked up again: the layer reads
/// the rulebook that the earlier layer left with its input sites. Weights are its own. copy_to brings it to a device. A
/// call changes nothing in the layer and is safe from several threads.
///
///     SparseConv3D<float> down({.in_channels = 16, .out_channels = 32, .stride = 2, .padding = 1});
///     InverseConv3D<float> up({.in_channels = 32, .out_channels = 16, .undoes = down});
///     auto y = up(where, down(where, x), x.sites());
///
/// T is the element type of the features, W that of weights and bias: both double, or each float, half or bfloat16.
/// Sums are kept in double or float. On a device W is T, or T is float.
///
/// Source: Graham, Engelcke, van der Maaten, CVPR 2018, section 3 (deconvolution).
template <Element T, int D, MemorySpace Memory = HostMemory, Element W = T>
class InverseConv : public KernelLayer<T, Memory, W>,
                    private RefusedCalls<TensorKind<T, D, Memory>>,
                    private RefusedResiduals<TensorKind<T, D, Memory>> {
  using Layer = KernelLayer<T, Memory, W>;

 public:
  /// Throws: ShapeError if a channel count is below 1, or no layer has such a geometry and definition; CapacityError if
  ///         the weights cannot be addressed.
  explicit InverseConv(InverseConvConfig<D> const& config) requires(Memory::host_reads)
      : Layer(own_name(), checked_elements(config.undoes, own_name()), config), undoes_(config.undoes) {}

  /// A layer of parts.
  /// Throws: ShapeError or CapacityError if no layer has such a geometry and definition. Weights and bias that do not
  ///         fit are refused by the call.
  InverseConv(std::string name, UndoneLayer<D> const& undoes, Activation activation, Weights<W, Memory> weights,
              Buffer<W, Memory> bias)
      : Layer(std::move(name), activation, std::move(weights), std::move(bias)), undoes_(undoes) {
    (void)checked_elements(undoes_, this->name());
  }

  /// The layer that this one undoes, as it was told.
  [[nodiscard]] UndoneLayer<D> const& undoes() const { return undoes_; }

  /// The rulebook of the layer that is undone, from the targets to the inputs, as it is kept with the targets. A call
  /// reads it the other way round, see Rulebook::transposed.
  /// Throws: what the call throws for its sites.
  template <ExecutionPolicy Policy>
  [[nodiscard]] std::shared_ptr<Rulebook<Memory> const> rulebook(Policy const& where, SiteSet<D, Memory> const& inputs,
                                                                 SiteSet<D, Memory> const& targets) const {
    return cached_rulebook(where, targets, undone_outputs(where, inputs, targets), undoes_.geometry);
  }

  /// The row map of the call, from the inputs to the targets; kept with the inputs.
  /// Throws: what the call throws for its sites.
  template <ExecutionPolicy Policy>
  [[nodiscard]] std::shared_ptr<RowMap<Memory> const> row_map(Policy const& where, SiteSet<D, Memory> const& inputs,
                                                              SiteSet<D, Memory> const& targets) const {
    return cached_exchanged_row_map(where, targets, undone_outputs(where, inputs, targets), undoes_.geometry);
  }

  /// Convolves back onto the sites that the earlier layer started from: activation(sum + bias).
  ///
  /// Shapes: input M x C_in, on the sites that the earlier layer led to; targets its N input sites; result N x C_out,
  ///         on the targets. A target without any pair gets the epilogue of 0.
  /// Order:  `seq` and `cpu` wait for the result. A device policy does not, unless the input's sites are not the set
  ///         that the earlier layer made: then it waits to compare them, and if that set was released to make it again.
  /// Bits:   the same on every run and for any number of threads.
  /// Work:   2 P C_in C_out operations, P the earlier layer's pairs. No rulebook is built where the earlier layer left
  ///         one; on a device its row map is turned round once, which takes 4 K N bytes that are kept with the input's
  ///         sites.
  /// Throws: ShapeError if input.channels() != C_in, or the earlier layer does not lead from the targets to the input's
  ///         sites: they must be the outputs of its geometry and definition, by identity or as an equal set.
  ///         CoordinateError as check_given_sites where its outputs were given.
  template <PolicyThatReaches<Memory> Policy, Dataflow How = dataflow::Automatic>
  [[nodiscard]] SparseTensor<T, D, Memory> operator()(Policy const& where, SparseTensor<T, D, Memory> const& input,
                                                      SiteSet<D, Memory> const& targets, How how = {}) const {
    this->check_channels(input.channels(), "InverseConv");
    return convolve_onto(where, input, targets, {}, how);
  }

  /// Without targets: a sentence of the compiler.
  template <PolicyThatReaches<Memory> Policy>
  SparseTensor<T, D, Memory> operator()(Policy const&, SparseTensor<T, D, Memory> const& input) const {
    static_assert(never<Policy>,
                  "sparseconv: an InverseConv leads back to sites that the call names: up(sc::cpu, x, target_sites), "
                  "those of the tensor that the layer which it undoes was given");
    return input;
  }

  using RefusedCalls<TensorKind<T, D, Memory>>::operator();

  /// Convolves and adds what a shortcut brings, while the sums are at hand: activation(sum + bias + residual).
  ///
  /// Shapes: residual N x C_out, on the targets; the result has the residual's sites.
  /// Throws: as the call with the residual's sites for targets; ShapeError if the residual has other channels than the
  ///         result.
  template <PolicyThatReaches<Memory> Policy, Dataflow How = dataflow::Automatic>
  [[nodiscard]] SparseTensor<T, D, Memory> with_residual(Policy const& where, SparseTensor<T, D, Memory> const& input,
                                                         SparseTensor<T, D, Memory> const& residual,
                                                         How how = {}) const {
    this->check_channels(input.channels(), "InverseConv");
    this->check_residual_channels(residual.channels());
    return convolve_onto(where, input, residual.sites(), residual.features(), how);
  }

  using RefusedResiduals<TensorKind<T, D, Memory>>::with_residual;

 private:
  static std::string own_name() { return error_message({"InverseConv", D, "D"}); }

  static std::int64_t checked_elements(UndoneLayer<D> const& undoes, std::string const& name) {
    if (undoes.definition) {
      (void)output_grid(Grid<D>{}, undoes.geometry, *undoes.definition, name);  // checks the two
    } else {
      check_geometry(undoes.geometry, name);
    }
    return undoes.geometry.element_count();
  }

  /// The set that the earlier layer led to from the targets, once the input is found to be on it.
  template <ExecutionPolicy Policy>
  SiteSet<D, Memory> undone_outputs(Policy const& where, SiteSet<D, Memory> const& inputs,
                                    SiteSet<D, Memory> const& targets) const {
    check_reach<Policy, Memory>();
    if (!undoes_.definition) {
      check_given_sites(targets, inputs, undoes_.geometry, "InverseConv of given sites");
      return inputs;
    }
    SiteSet<D, Memory> const outputs = cached_output_sites(where, targets, undoes_.geometry, *undoes_.definition);
    if (same_sites(where, inputs, outputs)) return outputs;
    throw ShapeError({this->name(), ": the input's ", inputs.size(), " sites are not the ", outputs.size(),
                      " to which the layer that it undoes leads from the ", targets.size(), " target sites",
                      how_grids_differ(inputs, outputs),
                      "; give a tensor on what that layer made, and the sites that it was made from"});
  }

  template <ExecutionPolicy Policy, Dataflow How>
  SparseTensor<T, D, Memory> convolve_onto(Policy const& where, SparseTensor<T, D, Memory> const& input,
                                           SiteSet<D, Memory> const& targets, MatrixView<T const, Memory> residual,
                                           How) const {
    if constexpr (goes_by_row_map<Policy, How>) {
      return this->convolve(where, *row_map(where, input.sites(), targets), input, targets, residual);
    } else {
      auto const rules = rulebook(where, input.sites(), targets);
      return this->convolve(where, rules->transposed(), input, targets, residual);
    }
  }

  UndoneLayer<D> undoes_;
};

/// The layer in the memory of a device policy.
///
/// Order, Throws: as copy_to of a tensor.
template <DevicePolicy Policy, Element T, int D, Element W>
InverseConv<T, D, typename Policy::Memory, W> copy_to(Policy const& where,
                                                      InverseConv<T, D, HostMemory, W> const& layer) {
  return {layer.name(), layer.undoes(), layer.activation(), copy_to(where, layer.weights()),
          copy_to(where, layer.bias())};
}

/// In one dimension.
template <Element T, Element W = T>
using InverseConv1D = InverseConv<T, 1, HostMemory, W>;
/// In two dimensions: sites are y, x.
template <Element T, Element W = T>
using InverseConv2D = InverseConv<T, 2, HostMemory, W>;
/// In three dimensions: sites are z, y, x.
template <Element T, Element W = T>
using InverseConv3D = InverseConv<T, 3, HostMemory, W>;
/// In four dimensions, as of scans over time.
template <Element T, Element W = T>
using InverseConv4D = InverseConv<T, 4, HostMemory, W>;

}  // namespace sparseconv::inline v0_1

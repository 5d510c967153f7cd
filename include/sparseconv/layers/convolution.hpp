#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "sparseconv/error.hpp"
#include "sparseconv/execute/dataflow.hpp"
#include "sparseconv/execute/gather_gemm_scatter.hpp"
#include "sparseconv/execute/implicit_gemm.hpp"
#include "sparseconv/execute/weights.hpp"
#include "sparseconv/index/cached_rulebook.hpp"
#include "sparseconv/layers/convolution_config.hpp"
#include "sparseconv/layers/he_uniform.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/tensor/copy_to.hpp"
#include "sparseconv/tensor/same_sites.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// What all convolution layers share: weights, a kernel geometry, an output definition, and the call.
///
/// Users make SparseConv and SubmanifoldConv, which add nothing but a name; a Convolution is made from the config of either, so
/// that a network can keep a list of them, and copy_to brings it to a device. A call changes nothing in the layer and is safe
/// from several threads.
///
/// T is the element type of the features, W that of weights and bias: both double, or each float, half or bfloat16. Sums are
/// kept in double or float. On a device W is T, or T is float.
template <Element T, int D, MemorySpace Memory = HostMemory, Element W = T>
class Convolution {
 public:
  /// The layer of a SparseConv. Throws: as SparseConv.
  explicit Convolution(SparseConvConfig<D> const& config) requires(Memory::host_reads)
      : Convolution(error_message({"SparseConv", D, "D"}), config,
                    {.kernel_size = config.kernel_size,
                     .stride = config.stride,
                     .padding = config.padding,
                     .dilation = config.dilation},
                    config.definition) {}

  /// The layer of a SubmanifoldConv. Throws: as SubmanifoldConv.
  explicit Convolution(SubmanifoldConvConfig<D> const& config) requires(Memory::host_reads)
      : Convolution(submanifold_name(), config, submanifold_geometry(config), OutputDefinition::submanifold) {}

  /// A layer of parts.
  /// Throws: ShapeError or CapacityError if geometry and definition do not fit, see output_grid. Weights and bias that do not fit
  ///         are refused by the call.
  Convolution(std::string name, KernelGeometry<D> const& geometry, OutputDefinition definition, Activation activation,
              Weights<W, Memory> weights, Buffer<W, Memory> bias)
      : name_(std::move(name)),
        geometry_(geometry),
        definition_(definition),
        activation_(activation),
        weights_(std::move(weights)),
        bias_(std::move(bias)) {
    check_elements<T, W>();
    (void)output_grid(Grid<D>{}, geometry_, definition_, name_);  // checks the two
  }

  [[nodiscard]] std::int64_t in_channels() const { return weights_.view().in_channels; }
  [[nodiscard]] std::int64_t out_channels() const { return weights_.view().out_channels; }
  [[nodiscard]] KernelGeometry<D> const& geometry() const { return geometry_; }
  [[nodiscard]] OutputDefinition definition() const { return definition_; }
  [[nodiscard]] Activation activation() const { return activation_; }

  /// What messages call the layer.
  [[nodiscard]] std::string const& name() const { return name_; }

  /// K x C_in x C_out, see WeightsView.
  [[nodiscard]] WeightsView<W, Memory> weights() const { return weights_.view(); }

  /// C_out numbers, or none; in the layer's memory.
  [[nodiscard]] std::span<W const> bias() const { return {bias_.data(), static_cast<std::size_t>(bias_.size())}; }

  /// Weights and biases together.
  [[nodiscard]] std::int64_t parameter_count() const { return weights().size() + bias_.size(); }

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

  /// Shapes: C_out numbers; none takes the bias away.
  /// Throws: ShapeError for another number of values.
  void set_bias(std::span<W const> values) requires(Memory::host_reads) {
    if (!values.empty() && static_cast<std::int64_t>(values.size()) != out_channels()) {
      throw ShapeError({name_, ".set_bias: ", values.size(), " values for ", out_channels(),
                        " output channels; give one for each, or none"});
    }
    bias_ = Buffer<W>(values);
  }

  void set_activation(Activation activation) { activation_ = activation; }

  /// The sites of the result; kept with the input's sites.
  /// Throws: what sparseconv::output_sites throws.
  template <ExecutionPolicy Policy>
  [[nodiscard]] SiteSet<D, Memory> output_sites(Policy const& where, SiteSet<D, Memory> const& inputs) const {
    return cached_output_sites(where, inputs, geometry_, definition_);
  }

  /// The rulebook from the inputs to outputs; kept with the input's sites.
  /// Throws: what build_rulebook throws.
  template <ExecutionPolicy Policy>
  [[nodiscard]] std::shared_ptr<Rulebook<Memory> const> rulebook(Policy const& where, SiteSet<D, Memory> const& inputs,
                                                                 SiteSet<D, Memory> const& outputs) const {
    return cached_rulebook(where, inputs, outputs, geometry_);
  }

  /// The same as a row map.
  template <ExecutionPolicy Policy>
  [[nodiscard]] std::shared_ptr<RowMap<Memory> const> row_map(Policy const& where, SiteSet<D, Memory> const& inputs,
                                                              SiteSet<D, Memory> const& outputs) const {
    return cached_row_map(where, inputs, outputs, geometry_);
  }

  /// Convolves onto the sites of the layer's own definition: activation(sum + bias).
  ///
  /// Shapes: input N x C_in; result M x C_out.
  /// Order:  `seq` and `cpu` wait for the result. A device policy waits only for new output sites, so not once they are kept.
  /// Bits:   the same on every run and for any number of threads.
  /// Work:   2 P C_in C_out operations; extra memory 4 or 8 P bytes (by row map 4 K M) once for each site set and geometry.
  /// Throws: ShapeError if input.channels() != C_in, or the input's grid is too small for the kernel.
  template <ExecutionPolicy Policy, Dataflow How = dataflow::Automatic>
  [[nodiscard]] SparseTensor<T, D, Memory> operator()(Policy const& where, SparseTensor<T, D, Memory> const& input,
                                                      How how = {}) const {
    check_channels(input);
    return convolve_onto(where, input, output_sites(where, input.sites()), {}, how);
  }

  /// Convolves onto sites that the caller names: the target of a skip connection, or places of interest.
  ///
  /// Shapes: input N x C_in; outputs M sites, in cells of the output grid; result M x C_out. A site that no pair reaches gets
  ///         the epilogue of 0.
  /// Throws: ShapeError if input.channels() != C_in; CoordinateError as check_given_sites.
  template <ExecutionPolicy Policy, Dataflow How = dataflow::Automatic>
  [[nodiscard]] SparseTensor<T, D, Memory> operator()(Policy const& where, SparseTensor<T, D, Memory> const& input,
                                                      SiteSet<D, Memory> const& outputs, How how = {}) const {
    check_channels(input);
    check_given_sites(input.sites(), outputs, geometry_, name_);
    return convolve_onto(where, input, outputs, {}, how);
  }

  /// Convolves and adds what a shortcut brings, while the sums are at hand: activation(sum + bias + residual).
  ///
  /// Shapes: residual M x C_out, on the sites of the result; the result has the residual's sites.
  /// Order:  as the call; a device policy waits to compare the sites where they are not one set, as after release_derived().
  /// Throws: ShapeError if input.channels() != C_in, or the residual has other sites or channels than the result.
  template <ExecutionPolicy Policy, Dataflow How = dataflow::Automatic>
  [[nodiscard]] SparseTensor<T, D, Memory> with_residual(Policy const& where, SparseTensor<T, D, Memory> const& input,
                                                         SparseTensor<T, D, Memory> const& residual,
                                                         How how = {}) const {
    check_channels(input);
    SiteSet<D, Memory> const outputs = output_sites(where, input.sites());
    if (!same_sites(where, residual.sites(), outputs)) {
      throw ShapeError({name_, ".with_residual: the residual's ", residual.size(), " sites are not the result's ",
                        outputs.size(), "; give a tensor on the sites that the layer leads to"});
    }
    if (residual.channels() != out_channels()) {
      throw ShapeError({name_, ".with_residual: the residual has ", residual.channels(), " channels, the layer gives ",
                        out_channels(), "; they must be equal"});
    }
    return convolve_onto(where, input, residual.sites(), residual.features(), how);
  }

 private:
  template <class Config>
  Convolution(std::string name, Config const& config, KernelGeometry<D> const& geometry, OutputDefinition definition)
      : name_(std::move(name)), geometry_(geometry), definition_(definition), activation_(config.activation) {
    check_elements<T, W>();
    std::int64_t const in_channels = config.in_channels;
    std::int64_t const out_channels = config.out_channels;
    (void)output_grid(Grid<D>{}, geometry, definition, name_);  // checks the two
    if (in_channels < 1 || out_channels < 1) {
      throw ShapeError(
          {name_, ": in_channels is ", in_channels, ", out_channels is ", out_channels, "; both must be at least 1"});
    }
    std::int64_t const elements = geometry.element_count();
    if (in_channels > std::numeric_limits<std::int64_t>::max() / elements / out_channels) {
      throw CapacityError({name_, ": weights of ", elements, " x ", in_channels, " x ", out_channels,
                           " cannot be addressed; take fewer channels or a smaller kernel"});
    }
    weights_ = Weights<W>(elements, in_channels, out_channels,
                          he_uniform<W>(elements * in_channels * out_channels, elements * in_channels, config.seed));
    if (config.bias) bias_ = Buffer<W>(out_channels, W{0});
  }

  static std::string submanifold_name() { return error_message({"SubmanifoldConv", D, "D"}); }

  static KernelGeometry<D> submanifold_geometry(SubmanifoldConvConfig<D> const& config) {
    KernelGeometry<D> geometry{.kernel_size = config.kernel_size,
                               .stride = 1,
                               .padding = 0,
                               .dilation = config.dilation,
                               .centre = config.centre};
    check_geometry(geometry, submanifold_name());  // before a product of its numbers is taken
    geometry.padding = config.padding.resolve(geometry);
    return geometry;
  }

  void check_channels(SparseTensor<T, D, Memory> const& input) const {
    if (weights().elements == 0) {
      throw ShapeError("Convolution: the layer was moved from and has no weights; use the one that it was moved to");
    }
    if (input.channels() == in_channels()) return;
    throw ShapeError({name_, ": input has ", input.channels(), " channels, the layer takes ", in_channels(),
                      "; make the layer with in_channels = ", input.channels(), ", or give it another input"});
  }

  template <ExecutionPolicy Policy, Dataflow How>
  SparseTensor<T, D, Memory> convolve_onto(Policy const& where, SparseTensor<T, D, Memory> const& input,
                                           SiteSet<D, Memory> const& outputs, MatrixView<T const, Memory> residual,
                                           How) const {
    check_reach<Policy, Memory>();
    Epilogue<T, Memory, W> const epilogue{.bias = bias(), .residual = residual, .activation = activation_};
    SparseTensor<T, D, Memory> result(
        outputs, out_channels(),
        Buffer<T, Memory>(where.memory(), feature_count(outputs.size(), out_channels(), name_)));
    if constexpr (goes_by_row_map<Policy, How>) {
      implicit_gemm(where, *row_map(where, input.sites(), outputs), input.features(), weights(), result.features(),
                    epilogue);
    } else {
      gather_gemm_scatter(where, *rulebook(where, input.sites(), outputs), input.features(), weights(),
                          result.features(), epilogue);
    }
    return result;
  }

  std::string name_;
  KernelGeometry<D> geometry_;
  OutputDefinition definition_;
  Activation activation_;
  Weights<W, Memory> weights_;
  Buffer<W, Memory> bias_;
};

/// The layer in the memory of a device policy.
///
/// Order, Throws: as copy_to of a tensor.
template <DevicePolicy Policy, Element T, int D, Element W>
Convolution<T, D, typename Policy::Memory, W> copy_to(Policy const& where,
                                                      Convolution<T, D, HostMemory, W> const& layer) {
  WeightsView<W> const weights = layer.weights();
  std::span<W const> const values(weights.data, static_cast<std::size_t>(weights.size()));
  return {layer.name(),
          layer.geometry(),
          layer.definition(),
          layer.activation(),
          Weights<W, typename Policy::Memory>(weights.elements, weights.in_channels, weights.out_channels,
                                              copy_to(where, values)),
          copy_to(where, layer.bias())};
}

}  // namespace sparseconv::inline v0_1

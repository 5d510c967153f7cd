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

/// What SparseConv, SubmanifoldConv and TransposedConv share: a kernel geometry, an output definition, and the call.
///
/// Users make one of those, which add nothing but a name; a Convolution is made from the config of any, so that a network can
/// keep a list of them, and copy_to brings it to a device. A call changes nothing in the layer and is safe from several threads.
///
/// T is the element type of the features, W that of weights and bias: both double, or each float, half or bfloat16. Sums are
/// kept in double or float. On a device W is T, or T is float.
template <Element T, int D, MemorySpace Memory = HostMemory, Element W = T>
class Convolution : public KernelLayer<T, Memory, W>,
                    private RefusedCalls<TensorKind<T, D, Memory>>,
                    private RefusedResiduals<TensorKind<T, D, Memory>> {
  using Layer = KernelLayer<T, Memory, W>;

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

  /// The layer of a TransposedConv. Throws: as TransposedConv.
  explicit Convolution(TransposedConvConfig<D> const& config) requires(Memory::host_reads)
      : Convolution(error_message({"TransposedConv", D, "D"}), config,
                    {.kernel_size = config.kernel_size,
                     .stride = config.stride,
                     .padding = config.padding,
                     .dilation = config.dilation,
                     .transposed = true,
                     .output_padding = config.output_padding},
                    OutputDefinition::regular) {}

  /// A layer of parts.
  /// Throws: ShapeError or CapacityError if geometry and definition do not fit, see output_grid. Weights and bias that do not fit
  ///         are refused by the call.
  Convolution(std::string name, KernelGeometry<D> const& geometry, OutputDefinition definition, Activation activation,
              Weights<W, Memory> weights, Buffer<W, Memory> bias)
      : Layer(std::move(name), activation, std::move(weights), std::move(bias)),
        geometry_(geometry),
        definition_(definition) {
    (void)output_grid(Grid<D>{}, geometry_, definition_, this->name());  // checks the two
  }

  [[nodiscard]] KernelGeometry<D> const& geometry() const { return geometry_; }
  [[nodiscard]] OutputDefinition definition() const { return definition_; }

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
  template <PolicyThatReaches<Memory> Policy, Dataflow How = dataflow::Automatic>
  [[nodiscard]] SparseTensor<T, D, Memory> operator()(Policy const& where, SparseTensor<T, D, Memory> const& input,
                                                      How how = {}) const {
    this->check_channels(input.channels(), "Convolution");
    return convolve_onto(where, input, output_sites(where, input.sites()), {}, how);
  }

  /// Convolves onto sites that the caller names: the target of a skip connection, or places of interest.
  ///
  /// Shapes: input N x C_in; outputs M sites, in cells of the output grid; result M x C_out. A site that no pair reaches gets
  ///         the epilogue of 0.
  /// Throws: ShapeError if input.channels() != C_in; CoordinateError as check_given_sites.
  template <PolicyThatReaches<Memory> Policy, Dataflow How = dataflow::Automatic>
  [[nodiscard]] SparseTensor<T, D, Memory> operator()(Policy const& where, SparseTensor<T, D, Memory> const& input,
                                                      SiteSet<D, Memory> const& outputs, How how = {}) const {
    this->check_channels(input.channels(), "Convolution");
    check_given_sites(input.sites(), outputs, geometry_, this->name());
    return convolve_onto(where, input, outputs, {}, how);
  }

  using RefusedCalls<TensorKind<T, D, Memory>>::operator();

  /// Convolves and adds what a shortcut brings, while the sums are at hand: activation(sum + bias + residual).
  ///
  /// Shapes: residual M x C_out, on the sites of the result; the result has the residual's sites.
  /// Order:  as the call; a device policy waits to compare the sites where they are not one set, as after release_derived().
  /// Throws: ShapeError if input.channels() != C_in, or the residual has other sites or channels than the result.
  template <PolicyThatReaches<Memory> Policy, Dataflow How = dataflow::Automatic>
  [[nodiscard]] SparseTensor<T, D, Memory> with_residual(Policy const& where, SparseTensor<T, D, Memory> const& input,
                                                         SparseTensor<T, D, Memory> const& residual,
                                                         How how = {}) const {
    this->check_channels(input.channels(), "Convolution");
    SiteSet<D, Memory> const outputs = output_sites(where, input.sites());
    if (!same_sites(where, residual.sites(), outputs)) {
      throw ShapeError({this->name(), ".with_residual: the residual's ", residual.size(),
                        " sites are not the result's ", outputs.size(), how_grids_differ(residual.sites(), outputs),
                        "; give a tensor on the sites that the layer leads to"});
    }
    this->check_residual_channels(residual.channels());
    return convolve_onto(where, input, residual.sites(), residual.features(), how);
  }

  using RefusedResiduals<TensorKind<T, D, Memory>>::with_residual;

 private:
  template <class Config>
  Convolution(std::string const& name, Config const& config, KernelGeometry<D> const& geometry,
              OutputDefinition definition)
      : Layer(name, checked_elements(geometry, definition, name), config),
        geometry_(geometry),
        definition_(definition) {}

  static std::int64_t checked_elements(KernelGeometry<D> const& geometry, OutputDefinition definition,
                                       std::string const& name) {
    (void)output_grid(Grid<D>{}, geometry, definition, name);  // checks the two
    return geometry.element_count();
  }

  static std::string submanifold_name() { return error_message({"SubmanifoldConv", D, "D"}); }

  static KernelGeometry<D> submanifold_geometry(SubmanifoldConvConfig<D> const& config) {
    KernelGeometry<D> geometry{.kernel_size = config.kernel_size,
                               .stride = 1,
                               .padding = 0,
                               .dilation = config.dilation,
                               .centre = config.centre};
    check_geometry(geometry, submanifold_name());  // before a product of its numbers is taken
    geometry.padding = config.padding.value_or(geometry.same_padding());
    return geometry;
  }

  template <ExecutionPolicy Policy, Dataflow How>
  SparseTensor<T, D, Memory> convolve_onto(Policy const& where, SparseTensor<T, D, Memory> const& input,
                                           SiteSet<D, Memory> const& outputs, MatrixView<T const, Memory> residual,
                                           How) const {
    check_reach<Policy, Memory>();
    if constexpr (goes_by_row_map<Policy, How>) {
      return this->convolve(where, *row_map(where, input.sites(), outputs), input, outputs, residual);
    } else {
      return this->convolve(where, rulebook(where, input.sites(), outputs)->view(), input, outputs, residual);
    }
  }

  KernelGeometry<D> geometry_;
  OutputDefinition definition_;
};

/// The layer in the memory of a device policy.
///
/// Order, Throws: as copy_to of a tensor.
template <DevicePolicy Policy, Element T, int D, Element W>
Convolution<T, D, typename Policy::Memory, W> copy_to(Policy const& where,
                                                      Convolution<T, D, HostMemory, W> const& layer) {
  return {layer.name(),
          layer.geometry(),
          layer.definition(),
          layer.activation(),
          copy_to(where, layer.weights()),
          copy_to(where, layer.bias())};
}

}  // namespace sparseconv::inline v0_1

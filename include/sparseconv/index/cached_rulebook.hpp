#pragma once

#include <memory>

#include "sparseconv/index/build_row_map.hpp"
#include "sparseconv/index/build_rulebook.hpp"
#include "sparseconv/index/index_cache.hpp"
#include "sparseconv/index/output_sites.hpp"
#include "sparseconv/policy/device_policy.hpp"

namespace sparseconv::inline v0_1 {

/// output_sites, computed once and kept with the input set: the same question gives the same set, by identity. On a device
/// that is so for each stream apart, and nothing is built while a stream is captured in a graph.
///
/// Throws: what output_sites throws; CudaError during a capture, if they are not there yet.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
SiteSet<D, Memory> cached_output_sites(Policy const& where, SiteSet<D, Memory> const& inputs,
                                       KernelGeometry<D> const& geometry, OutputDefinition definition) {
  auto& cache = inputs.derived().template get<IndexCache<D, Memory>>(stream_resource(where));
  if (auto kept = cache.output_sites(geometry, definition)) return *kept;
  if (!keeps_sites(geometry, definition)) refuse_to_keep_while_capturing(where, "cached_output_sites");
  SiteSet<D, Memory> const outputs = output_sites(where, inputs, geometry, definition);
  // A set that kept itself would never be freed; asking again costs nothing.
  return outputs.is(inputs) ? outputs : cache.keep(geometry, definition, outputs);
}

/// build_rulebook, computed once and kept with the input set. It is found while the output set lives, and its memory is given
/// back when the next rulebook is kept after that, or by release_derived().
///
/// Throws: what build_rulebook throws; CudaError during a capture, if it is not there yet.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
std::shared_ptr<Rulebook<Memory> const> cached_rulebook(Policy const& where, SiteSet<D, Memory> const& inputs,
                                                        SiteSet<D, Memory> const& outputs,
                                                        KernelGeometry<D> const& geometry) {
  auto& cache = inputs.derived().template get<IndexCache<D, Memory>>(stream_resource(where));
  if (auto kept = cache.rulebook(outputs, geometry)) return kept;
  refuse_to_keep_while_capturing(where, "cached_rulebook");
  return cache.keep(outputs, geometry, build_rulebook(where, inputs, outputs, geometry));
}

/// build_row_map, kept in the same way. It is made of the rulebook if that is kept already.
///
/// Throws: what build_row_map throws; CudaError during a capture, if it is not there yet.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
std::shared_ptr<RowMap<Memory> const> cached_row_map(Policy const& where, SiteSet<D, Memory> const& inputs,
                                                     SiteSet<D, Memory> const& outputs,
                                                     KernelGeometry<D> const& geometry) {
  auto& cache = inputs.derived().template get<IndexCache<D, Memory>>(stream_resource(where));
  if (auto kept = cache.row_map(outputs, geometry)) return kept;
  refuse_to_keep_while_capturing(where, "cached_row_map");
  if (auto const rules = cache.rulebook(outputs, geometry)) {
    return cache.keep(outputs, geometry, row_map_of(where, rules->view(), geometry));
  }
  return cache.keep(outputs, geometry, build_row_map(where, inputs, outputs, geometry));
}

/// The row map of the pairs from inputs to outputs the other way round: from outputs to inputs. It is kept with the outputs, where
/// cached_row_map finds it for the exchanged geometry. It is made of the rulebook or the row map from inputs to outputs if either
/// is kept, so that nothing is looked up twice.
///
/// Throws: what build_row_map throws; CudaError during a capture, if it is not there yet.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
std::shared_ptr<RowMap<Memory> const> cached_exchanged_row_map(Policy const& where, SiteSet<D, Memory> const& inputs,
                                                               SiteSet<D, Memory> const& outputs,
                                                               KernelGeometry<D> const& geometry) {
  KernelGeometry<D> const exchanged = geometry.exchanged();
  auto& cache = outputs.derived().template get<IndexCache<D, Memory>>(stream_resource(where));
  if (auto kept = cache.row_map(inputs, exchanged)) return kept;
  refuse_to_keep_while_capturing(where, "cached_exchanged_row_map");
  auto const& forward = inputs.derived().template get<IndexCache<D, Memory>>(stream_resource(where));
  if (auto const rules = forward.rulebook(outputs, geometry)) {
    return cache.keep(inputs, exchanged, row_map_of(where, rules->transposed(), exchanged));
  }
  if (auto const map = forward.row_map(outputs, geometry)) {
    return cache.keep(inputs, exchanged, exchanged_row_map(where, *map, exchanged));
  }
  return cache.keep(inputs, exchanged, build_row_map(where, outputs, inputs, exchanged));
}

}  // namespace sparseconv::inline v0_1

#pragma once

#include <memory>

#include "sparseconv/index/build_row_map.hpp"
#include "sparseconv/index/build_rulebook.hpp"
#include "sparseconv/index/index_cache.hpp"
#include "sparseconv/index/output_sites.hpp"

namespace sparseconv {

/// output_sites, computed once and kept with the input set: the same question gives the same set, by identity.
///
/// Throws: what output_sites throws.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
SiteSet<D, Memory> cached_output_sites(Policy const& where, SiteSet<D, Memory> const& inputs,
                                       KernelGeometry<D> const& geometry, OutputDefinition definition) {
  auto& cache = inputs.derived().template get<IndexCache<D, Memory>>();
  if (auto kept = cache.output_sites(geometry, definition)) return *kept;
  SiteSet<D, Memory> const outputs = output_sites(where, inputs, geometry, definition);
  // A set that kept itself would never be freed; asking again costs nothing.
  return outputs.is(inputs) ? outputs : cache.keep(geometry, definition, outputs);
}

/// build_rulebook, computed once and kept with the input set. It is found while the output set lives, and its memory is given
/// back when the next rulebook is kept after that, or by release_derived().
///
/// Throws: what build_rulebook throws.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
std::shared_ptr<Rulebook<Memory> const> cached_rulebook(Policy const& where, SiteSet<D, Memory> const& inputs,
                                                        SiteSet<D, Memory> const& outputs,
                                                        KernelGeometry<D> const& geometry) {
  auto& cache = inputs.derived().template get<IndexCache<D, Memory>>();
  auto kept = cache.rulebook(outputs, geometry);
  return kept ? kept : cache.keep(outputs, geometry, build_rulebook(where, inputs, outputs, geometry));
}

/// build_row_map, kept in the same way.
///
/// Throws: what build_row_map throws.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
std::shared_ptr<RowMap<Memory> const> cached_row_map(Policy const& where, SiteSet<D, Memory> const& inputs,
                                                     SiteSet<D, Memory> const& outputs,
                                                     KernelGeometry<D> const& geometry) {
  auto& cache = inputs.derived().template get<IndexCache<D, Memory>>();
  auto kept = cache.row_map(outputs, geometry);
  return kept ? kept : cache.keep(outputs, geometry, build_row_map(where, inputs, outputs, geometry));
}

}  // namespace sparseconv

#pragma once

#include "sparseconv/index/build_rulebook.hpp"
#include "sparseconv/index/device/build_row_map.hpp"
#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/index/place_order.hpp"
#include "sparseconv/index/row_map.hpp"
#include "sparseconv/index/rulebook.hpp"
#include "sparseconv/index/seq/build_row_map.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// The row map of a rulebook.
///
/// Order:  `seq` and `cpu` wait for the result, a device policy does not.
/// Bits:   the same for every policy.
/// Throws: ShapeError if the geometry is not valid, or the rulebook not one of it.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
RowMap<Memory> row_map_of(Policy const& where, RulebookView<Memory> const& rules, KernelGeometry<D> const& geometry) {
  check_reach<Policy, Memory>();
  check_elements(geometry, rules.element_count());
  if constexpr (HostPolicy<Policy>) {
    return on_seq::row_map_of(where, rules, geometry);
  } else {
    return on_device::row_map_of(where, rules, geometry);
  }
}

/// The row map of the same pairs with inputs and outputs exchanged: of an element k the same pairs as before. The geometry is that
/// of the new map, so the exchanged one of the old.
///
/// Order:  `seq` and `cpu` wait for the result, a device policy does not.
/// Bits:   the same for every policy, and as row_map_of makes it of the exchanged rulebook.
/// Work:   that of row_map_of; nothing is looked up.
/// Throws: ShapeError if the geometry is not valid, or the map not one of it.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
RowMap<Memory> exchanged_row_map(Policy const& where, RowMap<Memory> const& map, KernelGeometry<D> const& geometry) {
  check_reach<Policy, Memory>();
  check_elements(geometry, map.element_count(), "exchanged_row_map", "row map");
  if constexpr (HostPolicy<Policy>) {
    return on_seq::exchanged_row_map(where, map.view(), geometry);
  } else {
    return on_device::exchanged_row_map(where, map.view(), geometry);
  }
}

/// Builds the row map between two site sets: the pairs of build_rulebook, as a table of outputs by elements. Of a rulebook
/// that is there, row_map_of makes it.
///
/// Order:  `seq` and `cpu` wait for the result, a device policy does not.
/// Bits:   the same for every policy and lookup.
/// Work:   that of build_rulebook and a sort of the outputs' masks; memory is 4 bytes for each element and output, and the
///         rulebook while it is being built.
/// Throws: what build_rulebook throws.
template <ExecutionPolicy Policy, int D, MemorySpace Memory, class Lookup = lookup::Default<Policy>>
RowMap<Memory> build_row_map(Policy const& where, SiteSet<D, Memory> const& inputs, SiteSet<D, Memory> const& outputs,
                             KernelGeometry<D> const& geometry, Lookup how = {}) {
  check_reach<Policy, Memory>();
  static_assert(is_lookup<Lookup>, "build_row_map: the last argument is lookup::sorted or lookup::hash");
  check_geometry(geometry, "build_row_map");
  return row_map_of(where, build_rulebook(where, inputs, outputs, geometry, how).view(), geometry);
}

}  // namespace sparseconv::inline v0_1

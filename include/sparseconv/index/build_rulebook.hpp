#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/index/cpu/kernel_row_probes.hpp"
#include "sparseconv/index/cpu/kernel_row_sweep.hpp"
#include "sparseconv/index/cpu/rulebook_assembly.hpp"
#include "sparseconv/index/hash_table.hpp"
#include "sparseconv/index/index_cache.hpp"
#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/index/lookup.hpp"
#include "sparseconv/index/rulebook.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv {

/// The element that takes every output to the input in the same cell, if the sets are one and the geometry has such an
/// element.
template <int D, MemorySpace Memory>
std::optional<std::int64_t> identity_element(SiteSet<D, Memory> const& inputs, SiteSet<D, Memory> const& outputs,
                                             KernelGeometry<D> const& geometry) {
  if (!inputs.is(outputs) || geometry.stride != PerAxis<D>(1)) return std::nullopt;
  std::int64_t element = 0;
  for (int axis = 0; axis < D; ++axis) {
    std::int32_t const position = geometry.padding[axis] / geometry.dilation[axis];
    if (geometry.padding[axis] % geometry.dilation[axis] != 0 || position >= geometry.kernel_size[axis]) {
      return std::nullopt;
    }
    element = element * geometry.kernel_size[axis] + position;
  }
  return element;
}

/// The pairs of every element, found one coordinate at a time.
template <int D, class Find>
Rulebook<> collect_pairs(SiteSet<D> const& inputs, SiteSet<D> const& outputs, KernelGeometry<D> const& geometry,
                         Find const& find) {
  std::vector<std::int64_t> offsets{0};
  std::vector<Row> input_rows;
  std::vector<Row> output_rows;
  for (std::int64_t element = 0; element < geometry.element_count(); ++element) {
    WideCoordinate<D> const offset = geometry.element_offset(element);
    for (std::int64_t row = 0; row < outputs.size(); ++row) {
      WideCoordinate<D> sought = geometry.window_start(outputs.coordinates()[static_cast<std::size_t>(row)]);
      for (std::size_t field = 0; field < sought.size(); ++field) sought[field] += offset[field];
      if (Row const found = find(sought); found != no_row) {
        input_rows.push_back(found);
        output_rows.push_back(static_cast<Row>(row));
      }
    }
    offsets.push_back(static_cast<std::int64_t>(input_rows.size()));
  }
  return Rulebook<>(offsets, Buffer<Row>(std::span<Row const>(input_rows)),
                    Buffer<Row>(std::span<Row const>(output_rows)), inputs.size(), outputs.size(),
                    identity_element(inputs, outputs, geometry));
}

template <int D, class Lookup>
Rulebook<> build_rulebook_with(SequentialPolicy const& where, SiteSet<D> const& inputs, SiteSet<D> const& outputs,
                               KernelGeometry<D> const& geometry, Lookup) {
  if constexpr (std::is_same_v<Lookup, lookup::Hash>) {
    return cached_hash_table(where, inputs)->visit([&](auto const& table) {
      return collect_pairs(inputs, outputs, geometry, [&](auto const& sought) { return table.find(sought); });
    });
  } else {
    return collect_pairs(inputs, outputs, geometry,
                         [&](auto const& sought) { return find_by_bisection(inputs, sought); });
  }
}

template <int D, class Lookup>
Rulebook<> build_rulebook_with(CpuPolicy const& where, SiteSet<D> const& inputs, SiteSet<D> const& outputs,
                               KernelGeometry<D> const& geometry, Lookup) {
  RulebookAssembly const assembly(geometry.element_count(), inputs.size(), outputs.size(),
                                  identity_element(inputs, outputs, geometry));
  std::int64_t const elements = assembly.found_elements();
  if constexpr (std::is_same_v<Lookup, lookup::Hash>) {
    return cached_hash_table(where, inputs)->visit([&](auto const& table) {
      return assembly.assemble(where, KernelRowProbes(outputs, geometry, elements, table));
    });
  } else {
    Box<D> const box = swept_box(inputs, outputs, geometry);
    // Windows may lie too far apart for keys where the inputs alone do not; probes need keys of those only.
    if (!fits_keys(box) && fits_keys(inputs.bounding_box())) {
      return build_rulebook_with(where, inputs, outputs, geometry, lookup::hash);
    }
    return with_key_packing(box, "build_rulebook", [&]<class Key>(KeyPacking<D, Key> const& packing) {
      return assembly.assemble(
          where, KernelRowSweep<D, Key>(where, inputs, outputs, geometry, elements, packing, where.instruction_set()));
    });
  }
}

/// Builds the rulebook between two site sets: the pairs (i, o) with input i at o*stride - padding + k*dilation.
///
/// The outputs may be any set; output_sites makes those of a convolution. See RulebookView for the order of the pairs.
///
/// Order:  `seq` and `cpu` wait for the result, a device policy does not.
/// Bits:   the same for every policy and lookup.
/// Work:   sorted: one sweep of both lists for each row of the kernel, on a device a bisection for each element and output;
///         hash: one probe for each element and output. Half of it where the map is symmetric, but for `seq`.
/// Memory: `cpu`: 8 bytes a pair, 4 where the map is symmetric, and as much again while it is being built; `seq`: always 8. On
///         a device, as the host does not know the number of pairs, 8 bytes for each element and output, 4 where symmetric,
///         and half as much again while it is being built.
/// Throws: ShapeError if the geometry is not valid; CapacityError if the sites span a box too large for 127-bit keys.
/// Source: Graham, Engelcke, van der Maaten, CVPR 2018, section 3.
template <ExecutionPolicy Policy, int D, MemorySpace Memory, class Lookup = lookup::Default<Policy>>
Rulebook<Memory> build_rulebook(Policy const& where, SiteSet<D, Memory> const& inputs,
                                SiteSet<D, Memory> const& outputs, KernelGeometry<D> const& geometry, Lookup how = {}) {
  check_reach<Policy, Memory>();
  static_assert(is_lookup<Lookup>, "build_rulebook: the last argument is lookup::sorted or lookup::hash");
  check_geometry(geometry, "build_rulebook");
  return build_rulebook_with(where, inputs, outputs, geometry, how);
}

}  // namespace sparseconv

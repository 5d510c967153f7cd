#pragma once

#include <concepts>

#include "sparseconv/index/cpu/build_rulebook.hpp"
#include "sparseconv/index/device/build_rulebook.hpp"
#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/index/lookup.hpp"
#include "sparseconv/index/rulebook.hpp"
#include "sparseconv/index/seq/build_rulebook.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// Builds the rulebook between two site sets: the pairs (i, o) with input i at o*stride - padding + k*dilation; where the geometry
/// is transposed, with output o at i*stride - padding + k*dilation. Then inputs and outputs change places below, too.
///
/// The outputs may be any set; output_sites makes those of a convolution. See RulebookView for the order of the pairs.
///
/// Order:  `seq` and `cpu` wait for the result, a device policy does not.
/// Bits:   the same for every policy and lookup.
/// Work:   sorted: one sweep of both lists for each row of the kernel, or, where the keys of sites and windows need more
///         than 63 bits, for each element. With AVX-512 and rows of up to 16 elements, `cpu` merges the lists by vectors, twice
///         as wide where keys take 31 bits or less. Without, where a stride is above 1, elements stand side by side and the
///         kernel is small, it goes through the inputs instead, once for each tile of kernel rows (mostly one), with a bit map
///         of the outputs' box, if that takes no more than 16 bytes a site. On a device a bisection for each element and output.
///         Hash: one probe for each element and output. Half of all that where the map is symmetric, but for `seq`.
/// Memory: 8 bytes an element, and of `cpu` 8 bytes a pair, 4 where the map is symmetric; `seq`: always 8. While it is being
///         built `cpu` takes up to 32 bytes a pair (and some 200 for each tile of kernel rows by outputs that has pairs,
///         which shows where hardly any have) and (sorted) 8 a site more, or that bit map; by vectors up to 120 bytes a
///         pair where each lies alone, mostly 5, and 100 KB a thread; else for lists of candidates 32 bytes for each element and output
///         (or input, where it goes through the inputs), but at least 64 KB and at most 1.5 MB a thread, unless a row of the
///         kernel is longer than 16,000. On a device, as the host does not know the number of pairs, 8 bytes for each element
///         and output, 4 where symmetric, and half as much again while it is being built.
/// Throws: ShapeError if the geometry is not valid; by hash CapacityError if the inputs span a box too large for 127-bit keys.
/// Source: Graham, Engelcke, van der Maaten, CVPR 2018, section 3.
template <ExecutionPolicy Policy, int D, MemorySpace Memory, class Lookup = lookup::Default<Policy>>
Rulebook<Memory> build_rulebook(Policy const& where, SiteSet<D, Memory> const& inputs,
                                SiteSet<D, Memory> const& outputs, KernelGeometry<D> const& geometry, Lookup how = {}) {
  check_reach<Policy, Memory>();
  static_assert(is_lookup<Lookup>, "build_rulebook: the last argument is lookup::sorted or lookup::hash");
  check_geometry(geometry, "build_rulebook");
  if (geometry.transposed) return build_rulebook(where, outputs, inputs, geometry.exchanged(), how).exchanged();
  if constexpr (std::derived_from<Policy, SequentialPolicy>) {
    return on_seq::build_rulebook(where, inputs, outputs, geometry, how);
  } else if constexpr (HostPolicy<Policy>) {
    return on_cpu::build_rulebook(where, inputs, outputs, geometry, how);
  } else {
    return on_device::build_rulebook(where, inputs, outputs, geometry, how);
  }
}

}  // namespace sparseconv::inline v0_1

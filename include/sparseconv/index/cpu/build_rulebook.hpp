#pragma once

#include <concepts>
#include <cstdint>

#include "sparseconv/index/cpu/coordinate_sweep.hpp"
#include "sparseconv/index/cpu/kernel_row_probes.hpp"
#include "sparseconv/index/cpu/kernel_row_sweep.hpp"
#include "sparseconv/index/cpu/rulebook_assembly.hpp"
#include "sparseconv/index/identity_element.hpp"
#include "sparseconv/index/index_cache.hpp"
#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/index/lookup.hpp"
#include "sparseconv/index/rulebook.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/key_packing.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// sparseconv::build_rulebook by sweeps over sorted keys, or by probes of the hash table.
template <int D, class Lookup>
Rulebook<> build_rulebook(CpuPolicy const& where, SiteSet<D> const& inputs, SiteSet<D> const& outputs,
                          KernelGeometry<D> const& geometry, Lookup) {
  RulebookAssembly const assembly(geometry.element_count(), geometry.kernel_size[D - 1], inputs.size(), outputs.size(),
                                  identity_element(inputs, outputs, geometry));
  if constexpr (std::same_as<Lookup, lookup::Hash>) {
    return cached_hash_table(where, inputs)->visit([&](auto const& table) {
      return assembly.assemble(where, KernelRowProbes(outputs, geometry, table));
    });
  } else {
    Box<D> const box = swept_box(inputs, outputs, geometry);
    if (!fits_keys<std::uint64_t>(box)) {
      return assembly.assemble(where, CoordinateSweep<D>(inputs, outputs, geometry));
    }
    KeyPacking<D, std::uint64_t> const packing(box);
    return assembly.assemble(where, KernelRowSweep(where, inputs, outputs, geometry, assembly.found_elements(), packing,
                                                   where.instruction_set()));
  }
}

}  // namespace sparseconv::inline v0_1::on_cpu

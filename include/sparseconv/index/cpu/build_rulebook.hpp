#pragma once

#include <concepts>
#include <cstdint>

#include "sparseconv/index/cpu/coordinate_sweep.hpp"
#include "sparseconv/index/cpu/kernel_row_probes.hpp"
#include "sparseconv/index/cpu/kernel_row_sweep.hpp"
#include "sparseconv/index/cpu/merged_pairs.hpp"
#include "sparseconv/index/cpu/reached_pairs.hpp"
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

/// Whether pairs are found from the side of the inputs: where the stride is above 1, the kernel is small (each tile of its rows goes
/// through the inputs again), and a map of the outputs takes no more than 16 bytes a site: a larger one has so few sites that its
/// words are not in the caches when they are asked for.
template <int D>
bool is_found_from_inputs(SiteSet<D> const& inputs, SiteSet<D> const& outputs, KernelGeometry<D> const& geometry) {
  return geometry.stride != PerAxis<D>(1) && ReachedLines<D>::serves(geometry) && geometry.kernel_size[D - 1] <= 16 &&
         geometry.element_count() <= 343 &&
         ReachedPairs<D>::bytes_needed(outputs) <= 16 * (inputs.size() + outputs.size());
}

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
#if SPARSECONV_X86_KERNELS
    if (where.instruction_set() >= InstructionSet::avx512 &&
        geometry.kernel_size[D - 1] <= MergedPairs<std::uint32_t>::most_row_width && fits_keys<std::uint64_t>(box)) {
      KeyPacking<D, std::uint64_t> const packing(box);
      std::int64_t const elements = assembly.found_elements();
      return packing.bits() < 32
                 ? assembly.assemble(where,
                                     MergedPairs<std::uint32_t>(where, inputs, outputs, geometry, elements, packing))
                 : assembly.assemble(where,
                                     MergedPairs<std::uint64_t>(where, inputs, outputs, geometry, elements, packing));
    }
#endif
    if (is_found_from_inputs(inputs, outputs, geometry)) {
      return assembly.assemble(where, ReachedPairs<D>(where, inputs, outputs, geometry, where.instruction_set()));
    }
    if (!fits_keys<std::uint64_t>(box)) {
      return assembly.assemble(where, CoordinateSweep<D>(inputs, outputs, geometry));
    }
    KeyPacking<D, std::uint64_t> const packing(box);
    return assembly.assemble(where,
                             KernelRowSweep(where, inputs, outputs, geometry, assembly.found_elements(), packing));
  }
}

}  // namespace sparseconv::inline v0_1::on_cpu

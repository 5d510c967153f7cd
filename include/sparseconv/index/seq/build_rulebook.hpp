#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sparseconv/index/identity_element.hpp"
#include "sparseconv/index/index_cache.hpp"
#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/index/lookup.hpp"
#include "sparseconv/index/rulebook.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1::on_seq {

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

/// sparseconv::build_rulebook in plain loops.
template <int D, class Lookup>
Rulebook<> build_rulebook(SequentialPolicy const& where, SiteSet<D> const& inputs, SiteSet<D> const& outputs,
                          KernelGeometry<D> const& geometry, Lookup) {
  if constexpr (std::same_as<Lookup, lookup::Hash>) {
    return cached_hash_table(where, inputs)->visit([&](auto const& table) {
      return collect_pairs(inputs, outputs, geometry, [&](auto const& sought) { return table.find(sought); });
    });
  } else {
    return collect_pairs(inputs, outputs, geometry,
                         [&](auto const& sought) { return find_by_bisection(inputs, sought); });
  }
}

}  // namespace sparseconv::inline v0_1::on_seq

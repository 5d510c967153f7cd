#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "sparseconv/config.hpp"
#include "sparseconv/index/index_cache.hpp"
#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/index/lookup.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1::on_device {

/// The input rows of elements x M outputs: those whose bit is set, the others hold anything.
///
/// Shapes: rows elements x M; marks elements x words_for(M), output o is bit o % 32 of word o / 32.
template <class Atomics>
struct MarkedRows {
  Row* rows;
  std::uint32_t* marks;
  std::int64_t output_count;

  [[nodiscard]] static constexpr std::int64_t words_for(std::int64_t outputs) { return (outputs + 31) / 32; }

  /// The marks must have been zeros.
  SPARSECONV_HOST_DEVICE void put(std::int64_t element, std::int64_t output, Row input) const {
    if (input == no_row) return;
    rows[element * output_count + output] = input;
    Atomics::set_bits(marks[element * words_for(output_count) + output / 32], std::uint32_t{1} << (output % 32));
  }
};

/// Finds the input rows of the elements of one row of the kernel for one output.
template <int D, class Finder, class Atomics>
struct FindNeighbours {
  KernelGeometry<D> geometry;
  std::int64_t elements;  // that are wanted, from the first on
  Coordinate<D> const* outputs;
  Finder finder;
  MarkedRows<Atomics> table;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t kernel_row, std::int64_t output) const {
    WideCoordinate<D> cell = geometry.window_start(outputs[output]);
    WideCoordinate<D> const offset = geometry.row_offset(static_cast<std::int32_t>(kernel_row));
    for (std::size_t field = 0; field < cell.size(); ++field) cell[field] += offset[field];
    auto const line = finder.line(cell);
    std::int64_t const width = geometry.kernel_size[D - 1];
    std::int64_t const first = kernel_row * width;
    std::int64_t const end = first + width < elements ? first + width : elements;
    for (std::int64_t element = first; element < end; ++element) {
      table.put(element, output, line.find(cell[D]));
      cell[D] += geometry.dilation[D - 1];
    }
  }
};

/// Fills in the table, whose marks must have been zeros, for the first `elements` elements. Does not wait.
template <DevicePolicy Policy, int D, class Lookup>
void find_neighbours(Policy const& where, SiteSet<D, typename Policy::Memory> const& inputs,
                     SiteSet<D, typename Policy::Memory> const& outputs, KernelGeometry<D> const& geometry,
                     std::int64_t elements, Lookup, MarkedRows<typename Policy::Atomics> const& table) {
  if (elements == 0 || outputs.empty()) return;  // and nobody needs a hash table
  std::int64_t const width = geometry.kernel_size[D - 1];
  std::int64_t const kernel_rows = (elements + width - 1) / width;
  auto const find = [&](auto const& finder) {
    using Finder = std::remove_cvref_t<decltype(finder)>;
    where.for_each(
        kernel_rows, outputs.size(),
        FindNeighbours<D, Finder, typename Policy::Atomics>{geometry, elements, outputs.data(), finder, table});
  };
  if constexpr (std::is_same_v<Lookup, lookup::Hash>) {
    cached_hash_table(where, inputs)->visit(find);
  } else {
    find(SortedSites<D>{inputs.data(), inputs.size()});
  }
}

}  // namespace sparseconv::inline v0_1::on_device

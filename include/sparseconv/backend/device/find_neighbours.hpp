#pragma once

#include <cstdint>
#include <type_traits>

#include "sparseconv/config.hpp"
#include "sparseconv/index/index_cache.hpp"
#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/index/lookup.hpp"
#include "sparseconv/policy.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv {

/// Finds the input rows, or no_row, of the elements of one row of the kernel for one output, and puts them into a table by
/// table.put(element, output, input row).
template <int D, class Finder, class Table>
struct FindNeighbours {
  KernelGeometry<D> geometry;
  std::int64_t elements;  // that are wanted, from the first on
  Coordinate<D> const* outputs;
  Finder finder;
  Table table;

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

/// Puts the input row of each of the first `elements` elements for each output into a table on the device, see
/// FindNeighbours. Does not wait.
template <DevicePolicy Policy, int D, class Lookup, class Table>
void find_neighbours(Policy const& where, SiteSet<D, typename Policy::Memory> const& inputs,
                     SiteSet<D, typename Policy::Memory> const& outputs, KernelGeometry<D> const& geometry,
                     std::int64_t elements, Lookup, Table const& table) {
  if (elements == 0 || outputs.empty()) return;  // and nobody needs a hash table
  std::int64_t const width = geometry.kernel_size[D - 1];
  std::int64_t const kernel_rows = (elements + width - 1) / width;
  auto const find = [&](auto const& finder) {
    using Finder = std::remove_cvref_t<decltype(finder)>;
    where.for_each(kernel_rows, outputs.size(),
                   FindNeighbours<D, Finder, Table>{geometry, elements, outputs.data(), finder, table});
  };
  if constexpr (std::is_same_v<Lookup, lookup::Hash>) {
    cached_hash_table(where, inputs)->visit(find);
  } else {
    find(SortedSites<D>{inputs.data(), inputs.size()});
  }
}

}  // namespace sparseconv

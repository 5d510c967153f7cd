#pragma once

#include <cstdint>
#include <optional>
#include <type_traits>

#include "sparseconv/config.hpp"
#include "sparseconv/index/build_rulebook.hpp"
#include "sparseconv/index/index_cache.hpp"
#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/index/lookup.hpp"
#include "sparseconv/policy.hpp"
#include "sparseconv/tensor/buffer.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv {

/// Fills in the elements from the identity on: it joins each row with itself, those behind it have no rows yet.
struct StartMirroredRows {
  Row* rows;  // of the identity
  std::int64_t outputs;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const { rows[i] = i < outputs ? static_cast<Row>(i) : no_row; }
};

/// Finds the input row of element i / M for output i % M. In a symmetric map the element that mirrors it joins the two
/// the other way round.
template <int D, class Finder>
struct FindNeighbours {
  KernelGeometry<D> geometry;
  Coordinate<D> const* outputs;
  std::int64_t output_count;
  Finder finder;
  Row* rows;
  std::int64_t mirror;  // of element 0, or -1 if the map is not symmetric

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const {
    std::int64_t const element = i / output_count;
    std::int64_t const output = i % output_count;
    WideCoordinate<D> sought = geometry.window_start(outputs[output]);
    WideCoordinate<D> const offset = geometry.element_offset(element);
    for (std::size_t field = 0; field < sought.size(); ++field) sought[field] += offset[field];
    Row const found = finder.find(sought);
    rows[i] = found;
    if (mirror >= 0 && found != no_row) rows[(mirror - element) * output_count + found] = static_cast<Row>(output);
  }
};

/// The input row of each element for each output, or no_row. Shapes: K x M, outputs in canonical order. Does not wait.
template <DevicePolicy Policy, int D, class Lookup>
Buffer<Row, typename Policy::Memory> neighbour_rows(Policy const& where,
                                                    SiteSet<D, typename Policy::Memory> const& inputs,
                                                    SiteSet<D, typename Policy::Memory> const& outputs,
                                                    KernelGeometry<D> const& geometry, Lookup) {
  std::int64_t const elements = geometry.element_count();
  std::int64_t const count = outputs.size();
  Buffer<Row, typename Policy::Memory> rows(where.memory(), elements * count);
  if (rows.empty()) return rows;
  std::optional<std::int64_t> const identity = identity_element(inputs, outputs, geometry);
  bool const symmetric = is_symmetric(identity, elements);
  std::int64_t const found = symmetric ? *identity : elements;
  if (symmetric) where.for_each((elements - found) * count, StartMirroredRows{rows.data() + found * count, count});

  auto const find = [&](auto const& finder) {
    using Finder = std::remove_cvref_t<decltype(finder)>;
    where.for_each(found * count, FindNeighbours<D, Finder>{geometry, outputs.data(), count, finder, rows.data(),
                                                            symmetric ? elements - 1 : -1});
  };
  if constexpr (std::is_same_v<Lookup, lookup::Hash>) {
    cached_hash_table(where, inputs)->visit(find);
  } else {
    find(SortedSites<D>{inputs.data(), inputs.size()});
  }
  return rows;
}

}  // namespace sparseconv

#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "sparseconv/index/row_map.hpp"
#include "sparseconv/index/rulebook.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::test {

template <class T>
std::vector<T> list_of(T const* values, std::int64_t count) {
  return std::vector<T>(values, values + count);
}

template <int D>
bool same_sites(SiteSet<D> const& a, SiteSet<D> const& b) {
  return a.grid() == b.grid() && std::ranges::equal(a.coordinates(), b.coordinates()) &&
         a.bounding_box().low == b.bounding_box().low && a.bounding_box().high == b.bounding_box().high;
}

/// Whether two rulebooks hold the same pairs in the same order, however they list them.
inline bool same_rules(RulebookView<> const& a, RulebookView<> const& b) {
  if (!std::ranges::equal(a.offsets, b.offsets) || a.input_count != b.input_count || a.output_count != b.output_count ||
      a.identity != b.identity) {
    return false;
  }
  for (std::int64_t k = 0; k < a.element_count(); ++k) {
    if (!std::ranges::equal(a.inputs_of(k), b.inputs_of(k)) || !std::ranges::equal(a.outputs_of(k), b.outputs_of(k))) {
      return false;
    }
  }
  return true;
}

inline bool same_map(RowMapView const& a, RowMapView const& b) {
  return a.elements == b.elements && a.input_count == b.input_count && a.output_count == b.output_count &&
         std::equal(a.input_rows, a.input_rows + a.elements * a.output_count, b.input_rows) &&
         std::equal(a.output_rows, a.output_rows + a.output_count, b.output_rows) &&
         std::equal(a.group_masks, a.group_masks + a.groups() * a.mask_words(), b.group_masks);
}

}  // namespace sparseconv::test

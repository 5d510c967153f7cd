#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "sparseconv/index/row_map.hpp"
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

inline bool same_map(RowMapView const& a, RowMapView const& b) {
  return a.elements == b.elements && a.input_count == b.input_count && a.output_count == b.output_count &&
         std::equal(a.input_rows, a.input_rows + a.elements * a.output_count, b.input_rows) &&
         std::equal(a.output_rows, a.output_rows + a.output_count, b.output_rows) &&
         std::equal(a.group_masks, a.group_masks + a.groups() * a.mask_words(), b.group_masks);
}

}  // namespace sparseconv::test

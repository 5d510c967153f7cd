#pragma once

#include <cstdint>
#include <span>

#include "sparseconv/index/hash_table.hpp"
#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv {

/// Finds the pairs of a row of the kernel (its elements along the last axis) by one probe for each element and output.
template <int D, class Key>
class KernelRowProbes {
 public:
  KernelRowProbes(SiteSet<D> const& outputs, KernelGeometry<D> const& geometry, HashTableView<D, Key> const& table)
      : outputs_(outputs.coordinates()), geometry_(geometry), table_(table) {}

  /// Calls emit(x, input row, output row) for the pairs of elements first_element + x, x < width, and outputs in
  /// [begin, end); for each x the rows rise.
  template <class Emit>
  void operator()(std::int64_t first_element, std::int32_t width, std::int64_t begin, std::int64_t end,
                  Emit const& emit) const {
    WideCoordinate<D> const offset = geometry_.element_offset(first_element);
    for (std::int64_t output = begin; output < end; ++output) {
      WideCoordinate<D> sought = geometry_.window_start(outputs_[static_cast<std::size_t>(output)]);
      for (std::size_t field = 0; field < sought.size(); ++field) sought[field] += offset[field];
      for (std::int32_t x = 0; x < width; ++x, sought[D] += geometry_.dilation[D - 1]) {
        if (Row const input = table_.find(sought); input != no_row) emit(x, input, static_cast<Row>(output));
      }
    }
  }

 private:
  std::span<Coordinate<D> const> outputs_;
  KernelGeometry<D> geometry_;
  HashTableView<D, Key> table_;
};

}  // namespace sparseconv

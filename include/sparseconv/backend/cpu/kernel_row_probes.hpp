#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sparseconv/backend/cpu/pair_lists.hpp"
#include "sparseconv/index/hash_table.hpp"
#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv {

/// Finds pairs by one probe for each element and output, along the rows of the kernel.
template <int D, class Key>
class KernelRowProbes {
 public:
  /// For elements [0, elements).
  KernelRowProbes(SiteSet<D> const& outputs, KernelGeometry<D> const& geometry, std::int64_t elements,
                  HashTableView<D, Key> const& table)
      : outputs_(outputs.coordinates()), geometry_(geometry), elements_(elements), table_(table) {}

  /// Appends the pairs with outputs [begin, end) to the lists, which need room for end - begin more; in each list the
  /// rows rise.
  void find(std::int64_t begin, std::int64_t end, PairLists& lists) const {
    std::int64_t const row_width = geometry_.kernel_size[D - 1];
    for (std::int64_t first = 0; first < elements_; first += row_width) {
      std::int64_t const last = std::min(first + row_width, elements_);
      WideCoordinate<D> const offset = geometry_.element_offset(first);
      for (std::int64_t output = begin; output < end; ++output) {
        WideCoordinate<D> sought = geometry_.window_start(outputs_[static_cast<std::size_t>(output)]);
        for (std::size_t field = 0; field < sought.size(); ++field) sought[field] += offset[field];
        for (std::int64_t element = first; element < last; ++element, sought[D] += geometry_.dilation[D - 1]) {
          if (Row const input = table_.find(sought); input != no_row) {
            lists.append(element, pack_pair(input, static_cast<Row>(output)));
          }
        }
      }
    }
  }

 private:
  std::span<Coordinate<D> const> outputs_;
  KernelGeometry<D> geometry_;
  std::int64_t elements_;
  HashTableView<D, Key> table_;
};

}  // namespace sparseconv

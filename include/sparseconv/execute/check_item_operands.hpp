#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "sparseconv/error.hpp"
#include "sparseconv/execute/check_operands.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/primitive/row.hpp"

namespace sparseconv::inline v0_1 {

/// Throws: ShapeError if there is not even the first offset.
inline void check_some_offsets(std::span<Row const> offsets, std::string_view call) {
  check_list(offsets, "the offsets'", call);
  if (!offsets.empty()) return;
  throw ShapeError({call, ": there are no offsets; give one more than there are batch items, as item_offsets does"});
}

/// Throws: ShapeError unless the offsets rise from 0 to the number of rows, where the host can read them.
template <MemorySpace Memory>
void check_item_offsets(std::span<Row const> offsets, std::int64_t rows, char const* what, std::string_view call) {
  if constexpr (Memory::host_reads) {
    bool rising = offsets.front() == 0 && offsets.back() == rows;
    for (std::size_t item = 1; item < offsets.size(); ++item) rising = rising && offsets[item - 1] <= offsets[item];
    if (rising) return;
    throw ShapeError({call, ": the offsets lead from ", offsets.front(), " to ", offsets.back(), " for ", rows, " ",
                      what, "; they must rise from 0 to that number, as item_offsets has them"});
  }
}

/// Throws: ShapeError names the first of the operands that do not fit: offsets of B batch items, a matrix of a row for
///         each item, and one of a row for each site. What lies in the offsets is looked at where the host can read it.
template <class T, class Other, MemorySpace Memory>
void check_item_operands(std::span<Row const> offsets, MatrixView<T, Memory> of_items, char const* whose_items,
                         MatrixView<Other, Memory> of_sites, char const* whose_sites, std::string_view call) {
  check_view(of_items, whose_items, call);
  check_view(of_sites, whose_sites, call);
  check_some_offsets(offsets, call);
  check_equal(call, of_items.rows, std::ssize(offsets) - 1, "the rows of items are", "the offsets' items are");
  check_equal(call, of_items.columns, of_sites.columns, "the channels of items are", "those of sites are");
  check_item_offsets<Memory>(offsets, of_sites.rows, "rows of sites", call);
}

}  // namespace sparseconv::inline v0_1

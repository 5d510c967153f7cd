#pragma once

#include <cstdint>
#include <limits>

#include "sparseconv/config.hpp"
#include "sparseconv/index/lookup.hpp"
#include "sparseconv/index/parent_cell.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Writes the row of a child's parent, or no_row.
template <int D>
struct FindParent {
  Coordinate<D> const* children;
  SortedSites<D> parents;
  ParentCell<D> cell;
  Row* rows;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t child) const {
    rows[child] = parents.find(cell.of(children[child]));
  }
};

/// sparseconv::on_seq::find_parents by a bisection for each child. Does not wait.
template <DevicePolicy Policy, int D>
void find_parents(Policy const& where, SiteSet<D, typename Policy::Memory> const& children,
                  SiteSet<D, typename Policy::Memory> const& parents, ParentCell<D> const& cell, Row* rows) {
  where.for_each(children.size(), FindParent<D>{children.data(), {parents.data(), parents.size()}, cell, rows});
}

/// Notes the first child without a parent.
template <class Atomics>
struct NoteOrphan {
  Row const* rows;
  std::int64_t* first;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t child) const {
    if (rows[child] == no_row) Atomics::lower(*first, child);
  }
};

/// The first child without a parent, or a number beyond all. Waits once.
template <DevicePolicy Policy>
std::int64_t first_orphan(Policy const& where, Buffer<Row, typename Policy::Memory> const& rows) {
  std::int64_t first = std::numeric_limits<std::int64_t>::max();
  Buffer<std::int64_t, typename Policy::Memory> noted(where.memory(), 1);
  where.copy_to_device(noted.data(), &first, noted.bytes());
  where.for_each(rows.size(), NoteOrphan<typename Policy::Atomics>{rows.data(), noted.data()});
  where.copy_to_host(&first, noted.data(), noted.bytes());
  return first;
}

}  // namespace sparseconv::inline v0_1::on_device

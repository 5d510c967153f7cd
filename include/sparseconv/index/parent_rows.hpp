#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

#include "sparseconv/error.hpp"
#include "sparseconv/index/cpu/parent_rows.hpp"
#include "sparseconv/index/device/parent_rows.hpp"
#include "sparseconv/index/kept_rows.hpp"
#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/index/parent_cell.hpp"
#include "sparseconv/index/seq/parent_rows.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// Writes the row of each child's parent, or no_row, without a look at what was found.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
Buffer<Row, Memory> find_parents(Policy const& where, SiteSet<D, Memory> const& children,
                                 SiteSet<D, Memory> const& parents, ParentCell<D> const& cell) {
  Buffer<Row, Memory> rows(where.memory(), children.size());
  if constexpr (std::derived_from<Policy, SequentialPolicy>) {
    on_seq::find_parents(children, parents, cell, rows.data());
  } else if constexpr (HostPolicy<Policy>) {
    on_cpu::find_parents(where, children, parents, cell, rows.data());
  } else {
    on_device::find_parents(where, children, parents, cell, rows.data());
  }
  return rows;
}

/// The row of each site's parent: of the site of a coarser set at floor(position / stride), in the same batch item.
///
/// Shapes: children N sites, parents M; result N rows of the parents.
/// Order:  waits for the result, on a device once, to learn whether all have a parent.
/// Bits:   the same for every policy.
/// Work:   `cpu` a few comparisons a child, from the parent of the one before it; a bisection of the parents for `seq` and on a
///         device.
/// Throws: ShapeError if a stride is below 1; CoordinateError names the first child without a parent.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
Buffer<Row, Memory> parent_rows(Policy const& where, SiteSet<D, Memory> const& children,
                                SiteSet<D, Memory> const& parents, std::type_identity_t<PerAxis<D>> const& stride = 2) {
  check_reach<Policy, Memory>();
  check_stride(stride, "parent_rows");
  ParentCell<D> const cell(stride);
  Buffer<Row, Memory> rows = find_parents(where, children, parents, cell);
  std::int64_t orphan = children.size();
  Coordinate<D> child{};
  if constexpr (HostPolicy<Policy>) {
    orphan = std::find(rows.begin(), rows.end(), no_row) - rows.begin();
    if (orphan < children.size()) child = children.data()[orphan];
  } else {
    orphan = std::min(orphan, on_device::first_orphan(where, rows));
    if (orphan < children.size()) where.copy_to_host(&child, children.data() + orphan, sizeof(child));
  }
  if (orphan == children.size()) return rows;
  throw CoordinateError({"parent_rows: site ", to_string(child), " has no parent: ", to_string(cut<D>(cell.of(child))),
                         " is none of the ", parents.size(), " sites at stride ", to_string(stride),
                         "; give the parents of all sites, or leave such sites out"});
}

/// The pairs of blocks of so many cells: under this geometry rows of parents are kept.
template <int D>
[[nodiscard]] constexpr KernelGeometry<D> block_geometry(PerAxis<D> const& stride) {
  return {.kernel_size = stride, .stride = stride};
}

/// What KeptRows keeps for the parents of sites.
struct OfParents {};

/// Keeps rows of parents that somebody knows with the children, unless there are some; returns what is kept.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
std::shared_ptr<Buffer<Row, Memory> const> keep_parent_rows(Policy const& where, SiteSet<D, Memory> const& children,
                                                            SiteSet<D, Memory> const& parents, PerAxis<D> const& stride,
                                                            Buffer<Row, Memory> rows) {
  refuse_to_keep_while_capturing(where, "keep_parent_rows");
  auto& kept = children.derived().template get<KeptRows<D, Memory, OfParents>>(stream_resource(where));
  auto const now_kept = kept.keep(parents, block_geometry(stride), std::move(rows));
  return {now_kept, &now_kept->rows};
}

/// parent_rows, computed once and kept with the children while the parents live; on a device for each stream apart.
///
/// Throws: what parent_rows throws; ShapeError if the children were moved from; CudaError during a capture, if they are not there
///         yet.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
std::shared_ptr<Buffer<Row, Memory> const> cached_parent_rows(Policy const& where, SiteSet<D, Memory> const& children,
                                                              SiteSet<D, Memory> const& parents,
                                                              std::type_identity_t<PerAxis<D>> const& stride = 2) {
  auto& kept = children.derived().template get<KeptRows<D, Memory, OfParents>>(stream_resource(where));
  if (auto const rows = kept.rows(parents, block_geometry<D>(stride))) return {rows, &rows->rows};
  refuse_to_keep_while_capturing(where, "cached_parent_rows");
  return keep_parent_rows(where, children, parents, stride, parent_rows(where, children, parents, stride));
}

}  // namespace sparseconv::inline v0_1

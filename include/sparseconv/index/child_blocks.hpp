#pragma once

#include <cstdint>
#include <limits>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/index/octree_places.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/fill.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/primitive/row.hpp"

namespace sparseconv::inline v0_1 {

/// Writes which block of channels belongs to a child, where the blocks of all parents are numbered one after the other: a body of
/// for_each_index.
struct WriteBlockOfChild {
  Row const* parent_rows;
  std::uint8_t const* places;
  std::int64_t blocks;  // of a parent
  Row* block_of_child;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t child) const {
    block_of_child[child] = static_cast<Row>(parent_rows[child] * blocks + places[child]);
  }
};

/// The same the other way round.
struct WriteChildOfBlock {
  Row const* parent_rows;
  std::uint8_t const* places;
  std::int64_t blocks;
  Row* child_of_block;
  std::int64_t all_blocks;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t child) const {
    std::int64_t const block = parent_rows[child] * blocks + places[child];
    if (block >= 0 && block < all_blocks) child_of_block[block] = static_cast<Row>(child);
  }
};

/// Throws: ShapeError unless a level is whole, as far as the host can read it; CapacityError if it has more blocks than rows are numbered.
template <int D, MemorySpace Memory>
void check_level(OctreeLevel<D, Memory> const& level) {
  std::int64_t const parent_rows = level.parent_rows ? level.parent_rows->size() : 0;
  if (!level.parent_rows || parent_rows != level.children.size() || level.places.size() != level.children.size()) {
    throw ShapeError({"OctreeLevel: it has ", parent_rows, " rows of parents and ", level.places.size(), " places for ",
                      level.children.size(), " children; take one that octree_level or octree_children made"});
  }
  if constexpr (Memory::host_reads) {
    for (std::int64_t child = 0; child < parent_rows; ++child) {
      Row const parent = (*level.parent_rows)[child];
      int const place = level.places[child];
      if (parent >= 0 && parent < level.parents.size() && place < octree_places<D>) continue;
      throw ShapeError({"OctreeLevel: child ", child, " stands at place ", place, " of parent ", parent,
                        ", and there are ", level.parents.size(), " parents of ", octree_places<D>,
                        " places; take a level that octree_level or octree_children made"});
    }
  }
  if (level.parents.size() <= std::numeric_limits<Row>::max() / octree_places<D>) return;
  throw CapacityError({"OctreeLevel: ", level.parents.size(), " parents of ", octree_places<D>,
                       " children each; their blocks are numbered up to 2^31 - 1, so split the batch"});
}

/// Of each child of a level the block that is its own, where each parent has 2^D blocks, one for each place, and those of all parents are
/// numbered one after the other.
///
/// Shapes: N numbers from 0 to 2^D M - 1 of M parents.
/// Order:  `seq` and `cpu` wait for the result; a device policy does not.
/// Throws: ShapeError unless the level is as octree_level and octree_children make it; CapacityError for more than (2^31 - 1) / 2^D
///         parents. A device does not look at rows and places: there a child of no parent is left out.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
[[nodiscard]] Buffer<Row, Memory> blocks_of_children(Policy const& where, OctreeLevel<D, Memory> const& level) {
  check_reach<Policy, Memory>();
  check_level(level);
  Buffer<Row, Memory> blocks(where.memory(), level.children.size());
  for_each_index(where, blocks.size(),
                 WriteBlockOfChild{level.parent_rows->data(), level.places.data(), octree_places<D>, blocks.data()});
  return blocks;
}

/// The same the other way round: the row of each block's child, or no_row.
///
/// Shapes: 2^D M rows.
/// Order:  `seq` and `cpu` wait for the result; a device policy does not.
/// Throws: as blocks_of_children.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
[[nodiscard]] Buffer<Row, Memory> children_of_blocks(Policy const& where, OctreeLevel<D, Memory> const& level) {
  check_reach<Policy, Memory>();
  check_level(level);
  Buffer<Row, Memory> rows(where.memory(), level.parents.size() * octree_places<D>);
  for_each_index(where, rows.size(), Fill<Row>{rows.data(), no_row});
  for_each_index(
      where, level.children.size(),
      WriteChildOfBlock{level.parent_rows->data(), level.places.data(), octree_places<D>, rows.data(), rows.size()});
  return rows;
}

}  // namespace sparseconv::inline v0_1

#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/execute/take_rows.hpp"
#include "sparseconv/execute/take_rows_or_zeros.hpp"
#include "sparseconv/index/octree_level.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/fill.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/tensor/refused_call.hpp"
#include "sparseconv/tensor/same_sites.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

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

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t child) const {
    child_of_block[parent_rows[child] * blocks + places[child]] = static_cast<Row>(child);
  }
};

/// Throws: ShapeError unless a tensor lies on the sites of its side of a level, and the level is whole; CapacityError if the level has more blocks than rows
///         are numbered.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
void check_side_of_level(Policy const& where, SiteSet<D, Memory> const& sites, SiteSet<D, Memory> const& side,
                         OctreeLevel<D, Memory> const& level, std::string_view call) {
  if (!same_sites(where, sites, side)) {
    throw ShapeError({call, ": the tensor has ", sites.size(), " sites, the level ", side.size(),
                      how_grids_differ(sites, side), "; give a tensor on the level's sites"});
  }
  std::int64_t const parent_rows = level.parent_rows ? level.parent_rows->size() : 0;
  if (!level.parent_rows || parent_rows != level.children.size() || level.places.size() != level.children.size()) {
    throw ShapeError({call, ": the level has ", parent_rows, " rows of parents and ", level.places.size(),
                      " places for ", level.children.size(),
                      " children; take one that octree_level or octree_children made"});
  }
  if (level.parents.size() <= std::numeric_limits<Row>::max() / octree_places<D>) return;
  throw CapacityError({call, ": ", level.parents.size(), " parents of ", octree_places<D>,
                       " children each; blocks are numbered up to 2^31 - 1, so split the batch"});
}

/// Subdivision: the 2^D blocks of a parent's channels become its children. Block i, channels i C to (i + 1) C - 1, is the child at
/// place i; see OctreeLevel for places. Blocks of children that the level has not are left out.
///
/// Shapes: parents M x 2^D C, a level with N children, as octree_children and octree_level make them; result N x C on the children.
/// Order:  `seq` and `cpu` wait for the result; a device policy does not, unless the tensor lies on another set of equal sites.
/// Bits:   those of the parents' features.
/// Throws: ShapeError if the tensor has other sites than the level's parents, or its channels are no multiple of 2^D; CapacityError
///         for more than (2^31 - 1) / 2^D parents.
template <ExecutionPolicy Policy, Element T, int D, MemorySpace Memory>
requires reaches<Policy, Memory>
[[nodiscard]] SparseTensor<T, D, Memory> channel_to_space(Policy const& where,
                                                          SparseTensor<T, D, Memory> const& parents,
                                                          OctreeLevel<D, Memory> const& level) {
  constexpr std::int64_t blocks = octree_places<D>;
  check_side_of_level(where, parents.sites(), level.parents, level, "channel_to_space");
  if (parents.channels() % blocks != 0) {
    throw ShapeError(
        {"channel_to_space: ", parents.channels(), " channels for ", blocks, " children; give as many for each child"});
  }
  std::int64_t const channels = parents.channels() / blocks;
  std::int64_t const children = level.children.size();
  Buffer<Row, Memory> rows(where.memory(), children);
  for_each_index(where, children,
                 WriteBlockOfChild{level.parent_rows->data(), level.places.data(), blocks, rows.data()});
  SparseTensor<T, D, Memory> result(
      level.children, channels,
      Buffer<T, Memory>(where.memory(), feature_count(children, channels, "channel_to_space")));
  MatrixView<T const, Memory> const by_block{parents.features().data, parents.size() * blocks, channels};
  take_rows(where, std::span<Row const>(rows.data(), static_cast<std::size_t>(children)), by_block, result.features());
  return result;
}

/// The way back: the channels of a parent's children side by side, in the order of their places, and zeros for a child that is not
/// there.
///
/// Shapes: children N x C, a level with M parents; result M x 2^D C on the parents.
/// Order:  `seq` and `cpu` wait for the result; a device policy does not, unless the tensor lies on another set of equal sites.
/// Bits:   those of the children's features.
/// Throws: ShapeError if the tensor has other sites than the level's children; CapacityError for more than (2^31 - 1) / 2^D parents.
template <ExecutionPolicy Policy, Element T, int D, MemorySpace Memory>
requires reaches<Policy, Memory>
[[nodiscard]] SparseTensor<T, D, Memory> space_to_channel(Policy const& where,
                                                          SparseTensor<T, D, Memory> const& children,
                                                          OctreeLevel<D, Memory> const& level) {
  constexpr std::int64_t blocks = octree_places<D>;
  check_side_of_level(where, children.sites(), level.children, level, "space_to_channel");
  std::int64_t const channels = children.channels();
  std::int64_t const all_blocks = level.parents.size() * blocks;
  Buffer<Row, Memory> rows(where.memory(), all_blocks);
  for_each_index(where, all_blocks, Fill<Row>{rows.data(), no_row});
  for_each_index(where, children.size(),
                 WriteChildOfBlock{level.parent_rows->data(), level.places.data(), blocks, rows.data()});
  SparseTensor<T, D, Memory> result(
      level.parents, channels * blocks,
      Buffer<T, Memory>(where.memory(), feature_count(all_blocks, channels, "space_to_channel")));
  MatrixView<T, Memory> const by_block{result.features().data, all_blocks, channels};
  take_rows_or_zeros(where, std::span<Row const>(rows.data(), static_cast<std::size_t>(all_blocks)),
                     children.features(), by_block);
  return result;
}

/// Whatever else is called with a tensor says in one sentence what is wrong, and does not compile.
template <class... Arguments>
requires(names_a_tensor<Arguments...> && !begins_as_wanted<AnyTensor, Arguments...>)
    RefusedTensor<AnyTensor, Arguments...> channel_to_space(Arguments const&...) {
  refuse_call<AnyTensor, Arguments...>();
  return {};
}
template <class... Arguments>
requires(names_a_tensor<Arguments...> && !begins_as_wanted<AnyTensor, Arguments...>)
    RefusedTensor<AnyTensor, Arguments...> space_to_channel(Arguments const&...) {
  refuse_call<AnyTensor, Arguments...>();
  return {};
}

}  // namespace sparseconv::inline v0_1

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "sparseconv/error.hpp"
#include "sparseconv/execute/take_rows.hpp"
#include "sparseconv/index/child_blocks.hpp"
#include "sparseconv/index/octree_places.hpp"
#include "sparseconv/layers/tensor_of_rows.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/tensor/refused_call.hpp"
#include "sparseconv/tensor/same_sites.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// Throws: ShapeError unless a tensor lies on the sites of its side of a level.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
void check_side_of_level(Policy const& where, SiteSet<D, Memory> const& sites, SiteSet<D, Memory> const& side,
                         std::string_view call) {
  if (same_sites(where, sites, side)) return;
  throw ShapeError({call, ": the tensor has ", sites.size(), " sites, the level ", side.size(),
                    how_grids_differ(sites, side), "; give a tensor on the level's sites"});
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
  check_side_of_level(where, parents.sites(), level.parents, "channel_to_space");
  if (parents.channels() % blocks != 0) {
    throw ShapeError(
        {"channel_to_space: ", parents.channels(), " channels for ", blocks, " children; give as many for each child"});
  }
  auto const rows = blocks_of_children(where, level);
  MatrixView<T const, Memory> const by_block{parents.features().data, parents.size() * blocks,
                                             parents.channels() / blocks};
  return tensor_of_rows(where, level.children, rows, by_block, "channel_to_space");
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
  check_side_of_level(where, children.sites(), level.children, "space_to_channel");
  std::int64_t const channels = children.channels();
  auto const rows = children_of_blocks(where, level);
  std::int64_t const all_blocks = rows.size();
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
/// The same of the way back.
template <class... Arguments>
requires(names_a_tensor<Arguments...> && !begins_as_wanted<AnyTensor, Arguments...>)
    RefusedTensor<AnyTensor, Arguments...> space_to_channel(Arguments const&...) {
  refuse_call<AnyTensor, Arguments...>();
  return {};
}

}  // namespace sparseconv::inline v0_1

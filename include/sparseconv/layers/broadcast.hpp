#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "sparseconv/error.hpp"
#include "sparseconv/execute/broadcast_items.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/tensor/item_offsets.hpp"
#include "sparseconv/tensor/item_sites.hpp"
#include "sparseconv/tensor/refused_call.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// The features of each batch item at every site of that item: the way back from a GlobalPool.
///
/// Shapes: items B x C, with one site for each batch item at position 0, as a GlobalPool gives; result N x C on the
///         sites given.
/// Order:  `seq` and `cpu` wait for the result; a device policy does not.
/// Bits:   those of the items' features.
/// Throws: ShapeError if the batch sizes differ or a set was moved from; CoordinateError if the items have other
///         sites; CudaError during a capture, if item_offsets of the sites are not there yet.
template <ExecutionPolicy Policy, Element T, int D, MemorySpace Memory>
requires reaches<Policy, Memory>
[[nodiscard]] SparseTensor<T, D, Memory> broadcast(Policy const& where, SparseTensor<T, D, Memory> const& items,
                                                   SiteSet<D, Memory> const& onto) {
  if (items.grid().batch_size != onto.grid().batch_size) {
    throw ShapeError({"broadcast: the items are of a batch of ", items.grid().batch_size, ", the sites of a batch of ",
                      onto.grid().batch_size, "; they must be equal"});
  }
  if (!are_item_sites(items.sites())) {
    throw CoordinateError({"broadcast: the items have ", items.size(), " sites for a batch of ",
                           items.grid().batch_size,
                           "; give one for each batch item, all at position 0, as GlobalPool does"});
  }
  auto const offsets = item_offsets(where, onto);
  std::int64_t const numbers = feature_count(onto.size(), items.channels(), "broadcast");
  SparseTensor<T, D, Memory> result(onto, items.channels(), Buffer<T, Memory>(where.memory(), numbers));
  broadcast_items(where, std::span<Row const>(offsets->data(), static_cast<std::size_t>(offsets->size())),
                  items.features(), result.features());
  return result;
}

/// The same onto the sites of a tensor, of whatever element type.
template <ExecutionPolicy Policy, Element T, Element Other, int D, MemorySpace Memory>
requires reaches<Policy, Memory>
[[nodiscard]] SparseTensor<T, D, Memory> broadcast(Policy const& where, SparseTensor<T, D, Memory> const& items,
                                                   SparseTensor<Other, D, Memory> const& onto) {
  return broadcast(where, items, onto.sites());
}

/// Whatever else is called with a tensor says in one sentence what is wrong, and does not compile.
template <class... Arguments>
requires(names_a_tensor<Arguments...> && !begins_as_wanted<AnyTensor, Arguments...>)
    RefusedTensor<AnyTensor, Arguments...> broadcast(Arguments const&...) {
  refuse_call<AnyTensor, Arguments...>();
  return {};
}

}  // namespace sparseconv::inline v0_1

#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/execute/copy_rows.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/refused_call.hpp"
#include "sparseconv/tensor/same_sites.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// The channels of tensors side by side, in the order of the list: how a decoder takes what an encoder kept. Tensors are named by
/// their addresses, so that a list does not copy them.
///
/// Where a layer could write some channels of the result itself, its verb does so without this copy: see MatrixView::column_range.
///
/// Shapes: N x C_1, N x C_2, ... to N x (C_1 + C_2 + ...), on the sites of the first.
/// Order:  `seq` and `cpu` wait for the result; a device policy only to compare sites, where they are not one set.
/// Bits:   those of the tensors.
/// Throws: ShapeError if there is no tensor, or one has not the sites of the first in a grid of the same batch size and shape;
///         CapacityError if the result cannot be addressed.
template <ExecutionPolicy Policy, Element T, int D, MemorySpace Memory>
[[nodiscard]] SparseTensor<T, D, Memory> concatenate(Policy const& where,
                                                     std::span<SparseTensor<T, D, Memory> const* const> tensors) {
  check_reach<Policy, Memory>();
  if (tensors.empty()) throw ShapeError("concatenate: a list of no tensors; give at least one");
  std::int64_t channels = 0;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (tensors[i] == nullptr) {
      throw ShapeError({"concatenate: tensor ", i, " of the list has no address; give that of a tensor"});
    }
    if (!same_sites(where, tensors[i]->sites(), tensors[0]->sites())) {
      throw ShapeError({"concatenate: the ", tensors[i]->size(), " sites of tensor ", i, " are not the first's ",
                        tensors[0]->size(), how_grids_differ(tensors[i]->sites(), tensors[0]->sites()),
                        "; give tensors on the same sites, in grids of one batch size and shape"});
    }
    if (tensors[i]->channels() > std::numeric_limits<std::int64_t>::max() - channels) {
      throw CapacityError({"concatenate: more than ", std::numeric_limits<std::int64_t>::max(),
                           " channels cannot be counted; take fewer"});
    }
    channels += tensors[i]->channels();
  }
  SiteSet<D, Memory> const& sites = tensors[0]->sites();
  SparseTensor<T, D, Memory> result(
      sites, channels, Buffer<T, Memory>(where.memory(), feature_count(sites.size(), channels, "concatenate")));
  std::int64_t first = 0;
  for (SparseTensor<T, D, Memory> const* const tensor : tensors) {
    copy_rows(where, tensor->features(), result.features().column_range(first, tensor->channels()));
    first += tensor->channels();
  }
  return result;
}

/// The same of a vector of addresses.
template <ExecutionPolicy Policy, Element T, int D, MemorySpace Memory>
[[nodiscard]] SparseTensor<T, D, Memory> concatenate(Policy const& where,
                                                     std::vector<SparseTensor<T, D, Memory> const*> const& tensors) {
  return concatenate(where, std::span<SparseTensor<T, D, Memory> const* const>(tensors));
}

/// The same of two tensors or more: `concatenate(where, a, b, c)`.
template <ExecutionPolicy Policy, Element T, int D, MemorySpace Memory,
          std::derived_from<SparseTensor<T, D, Memory>>... More>
requires reaches<Policy, Memory>
[[nodiscard]] SparseTensor<T, D, Memory> concatenate(Policy const& where, SparseTensor<T, D, Memory> const& a,
                                                     SparseTensor<T, D, Memory> const& b, More const&... more) {
  std::array<SparseTensor<T, D, Memory> const*, 2 + sizeof...(More)> const tensors{&a, &b, &more...};
  return concatenate(where, std::span<SparseTensor<T, D, Memory> const* const>(tensors));
}

/// Whatever else is called with a tensor says in one sentence what is wrong, and does not compile.
template <class... Arguments>
requires(names_a_tensor<Arguments...> && !begins_with_two<AnyTensor, Arguments...>)
    RefusedTensor<AnyTensor, Arguments...> concatenate(Arguments const&...) {
  refuse_call_of_two<AnyTensor, Arguments...>();
  return {};
}

}  // namespace sparseconv::inline v0_1

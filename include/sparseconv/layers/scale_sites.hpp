#pragma once

#include <type_traits>

#include "sparseconv/execute/copy_rows.hpp"
#include "sparseconv/index/scale_sites.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/refused_call.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// The features of a coarser tensor at position * factor on a finer grid, where they can be joined with others. No site is filled in
/// between; unpool gives features to finer sites that are there.
///
/// Shapes: input N x C; result N x C, the rows in the same order. The new sites are kept with the input's.
/// Order:  `seq` and `cpu` wait for the result; a device policy does not.
/// Bits:   those of the input.
/// Throws: as cached_scaled_sites.
template <ExecutionPolicy Policy, Element T, int D, MemorySpace Memory>
requires reaches<Policy, Memory>
[[nodiscard]] SparseTensor<T, D, Memory> scale_sites(Policy const& where, SparseTensor<T, D, Memory> const& input,
                                                     std::type_identity_t<PerAxis<D>> const& factor,
                                                     std::type_identity_t<Grid<D>> const& grid) {
  SiteSet<D, Memory> const sites = cached_scaled_sites(where, input.sites(), factor, grid);
  std::int64_t const numbers = feature_count(sites.size(), input.channels(), "scale_sites");
  SparseTensor<T, D, Memory> result(sites, input.channels(), Buffer<T, Memory>(where.memory(), numbers));
  copy_rows(where, input.features(), result.features());
  return result;
}

/// Whatever else is called with a tensor says in one sentence what is wrong, and does not compile.
template <class... Arguments>
requires(names_a_tensor<Arguments...> && !begins_as_wanted<AnyTensor, Arguments...>)
    RefusedTensor<AnyTensor, Arguments...> scale_sites(Arguments const&...) {
  refuse_call<AnyTensor, Arguments...>();
  return {};
}

}  // namespace sparseconv::inline v0_1

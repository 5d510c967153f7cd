#pragma once

#include <type_traits>

#include "sparseconv/index/parent_rows.hpp"
#include "sparseconv/layers/tensor_of_rows.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/refused_call.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// Gives each site the features of its parent, which is the site of a coarser tensor at floor(position / stride).
///
/// Shapes: parents M x C; result N x C on the sites given. Rows of parents are kept with these.
/// Order:  `seq` and `cpu` wait for the result; a device policy for new rows of parents alone.
/// Bits:   those of the parents' features.
/// Throws: as cached_parent_rows: CoordinateError names the first site without a parent.
template <ExecutionPolicy Policy, Element T, int D, MemorySpace Memory>
requires reaches<Policy, Memory>
[[nodiscard]] SparseTensor<T, D, Memory> unpool(Policy const& where, SparseTensor<T, D, Memory> const& parents,
                                                SiteSet<D, Memory> const& onto,
                                                std::type_identity_t<PerAxis<D>> const& stride = 2) {
  auto const rows = cached_parent_rows(where, onto, parents.sites(), stride);
  return tensor_of_rows(where, onto, *rows, parents.features(), "unpool");
}

/// Whatever else is called with a tensor says in one sentence what is wrong, and does not compile.
template <class... Arguments>
requires(names_a_tensor<Arguments...> && !begins_as_wanted<AnyTensor, Arguments...>)
    RefusedTensor<AnyTensor, Arguments...> unpool(Arguments const&...) {
  refuse_call<AnyTensor, Arguments...>();
  return {};
}

}  // namespace sparseconv::inline v0_1

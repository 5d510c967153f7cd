#pragma once

#include "sparseconv/error.hpp"
#include "sparseconv/execute/activation.hpp"
#include "sparseconv/execute/epilogue.hpp"
#include "sparseconv/execute/finish_rows.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/refused_call.hpp"
#include "sparseconv/tensor/same_sites.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// activation(a + b), on the sites that both have: a shortcut that no convolution before it takes as its residual.
///
/// Shapes: N x C and N x C to N x C, on the sites of a.
/// Order:  `seq` and `cpu` wait for the result; a device policy only to compare the sites, where they are not one set.
/// Bits:   the same for every policy: added and activated in the type of the sums, and rounded once to T.
/// Throws: ShapeError if the two have not the same sites in grids of one batch size and shape, or other channels.
template <ExecutionPolicy Policy, Element T, int D, MemorySpace Memory>
requires reaches<Policy, Memory>
[[nodiscard]] SparseTensor<T, D, Memory> add(Policy const& where, SparseTensor<T, D, Memory> const& a,
                                             SparseTensor<T, D, Memory> const& b,
                                             Activation activation = no_activation) {
  if (!same_sites(where, a.sites(), b.sites())) {
    throw ShapeError({"add: the second tensor's ", b.size(), " sites are not the first's ", a.size(),
                      how_grids_differ(b.sites(), a.sites()),
                      "; give tensors on the same sites, in grids of one batch size and shape"});
  }
  if (a.channels() != b.channels()) {
    throw ShapeError({"add: the first tensor has ", a.channels(), " channels, the second ", b.channels(),
                      "; they must be equal: a Linear changes them"});
  }
  SparseTensor<T, D, Memory> result(a.sites(), a.channels(),
                                    Buffer<T, Memory>(where.memory(), a.size() * a.channels()));
  finish_rows(where, a.features(), {}, Epilogue<T, Memory>{.residual = b.features(), .activation = activation},
              result.features());
  return result;
}

/// Whatever else is called with a tensor says in one sentence what is wrong, and does not compile.
template <class... Arguments>
requires(names_a_tensor<Arguments...> &&
         !begins_with_two<AnyTensor, Arguments...>) RefusedTensor<AnyTensor, Arguments...> add(Arguments const&...) {
  refuse_call_of_two<AnyTensor, Arguments...>();
  return {};
}

}  // namespace sparseconv::inline v0_1

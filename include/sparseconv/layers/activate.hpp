#pragma once

#include "sparseconv/execute/activation.hpp"
#include "sparseconv/execute/epilogue.hpp"
#include "sparseconv/execute/finish_rows.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/refused_call.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// An activation as a step of its own, for where it does not follow a convolution (which does it in passing).
///
/// Shapes: N x C to N x C, on the same sites; inactive cells stay inactive.
/// Order:  `seq` and `cpu` wait for the result, a device policy does not.
template <ExecutionPolicy Policy, Element T, int D, MemorySpace Memory>
requires reaches<Policy, Memory> SparseTensor<T, D, Memory> activate(Policy const& where,
                                                                     SparseTensor<T, D, Memory> const& input,
                                                                     Activation activation) {
  SparseTensor<T, D, Memory> result(input.sites(), input.channels(),
                                    Buffer<T, Memory>(where.memory(), input.size() * input.channels()));
  finish_rows(where, input.features(), {}, Epilogue<T, Memory>{.activation = activation}, result.features());
  return result;
}

/// Whatever else is called with a tensor says in one sentence what is wrong, and does not compile.
template <class... Arguments>
requires(names_a_tensor<Arguments...> && !begins_as_wanted<AnyTensor, Arguments...>)
    RefusedTensor<AnyTensor, Arguments...> activate(Arguments const&...) {
  refuse_call<AnyTensor, Arguments...>();
  return {};
}

}  // namespace sparseconv::inline v0_1

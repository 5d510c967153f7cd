#pragma once

#include "sparseconv/execute/cast_rows.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/refused_call.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// A tensor's features as another element type: `cast<half>(where, tensor)`. Of the same type a copy.
///
/// Shapes: N x C to N x C, on the same sites.
/// Order:  `seq` and `cpu` wait for the result, a device policy does not.
/// Bits:   the same for every policy, each number rounded once: see cast_rows.
/// Throws: CapacityError if the new features cannot be addressed.
template <Element To, ExecutionPolicy Policy, Element From, int D, MemorySpace Memory>
requires reaches<Policy, Memory>
[[nodiscard]] SparseTensor<To, D, Memory> cast(Policy const& where, SparseTensor<From, D, Memory> const& input) {
  SparseTensor<To, D, Memory> result(input.sites(), input.channels(),
                                     Buffer<To, Memory>(where.memory(), input.size() * input.channels()));
  cast_rows(where, input.features(), result.features());
  return result;
}

/// Whatever else is called with a tensor says in one sentence what is wrong, and does not compile.
template <Element To, class... Arguments>
requires(names_a_tensor<Arguments...> &&
         !begins_as_wanted<AnyTensor, Arguments...>) RefusedTensor<AnyTensor, Arguments...> cast(Arguments const&...) {
  refuse_call<AnyTensor, Arguments...>();
  return {};
}

}  // namespace sparseconv::inline v0_1

#pragma once

#include "sparseconv/execute/softmax_rows.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// The channels of each site as shares of 1: a head's scores of classes as probabilities; see softmax_rows.
///
/// Shapes: N x C to N x C, on the same sites; inactive cells stay inactive.
/// Order:  `seq` and `cpu` wait for the result, a device policy does not.
template <ExecutionPolicy Policy, Element T, int D, MemorySpace Memory>
SparseTensor<T, D, Memory> softmax(Policy const& where, SparseTensor<T, D, Memory> const& input) {
  check_reach<Policy, Memory>();
  SparseTensor<T, D, Memory> result(input.sites(), input.channels(),
                                    Buffer<T, Memory>(where.memory(), input.size() * input.channels()));
  softmax_rows(where, input.features(), result.features());
  return result;
}

}  // namespace sparseconv::inline v0_1

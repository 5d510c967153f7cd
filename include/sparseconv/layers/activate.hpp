#pragma once

#include <cstdint>
#include <utility>

#include "sparseconv/config.hpp"
#include "sparseconv/execute/activation.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv {

/// Writes the activation of each number.
template <Element T>
struct ActivateEach {
  T const* from;
  T* to;
  Activation activation;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const {
    to[i] = T(activation(static_cast<Accumulator<T>>(from[i])));
  }
};

/// An activation as a step of its own, for where it does not follow a convolution (which does it in passing).
///
/// Shapes: N x C to N x C, on the same sites; inactive cells stay inactive.
/// Order:  `seq` and `cpu` wait for the result, a device policy does not.
template <ExecutionPolicy Policy, Element T, int D, MemorySpace Memory>
SparseTensor<T, D, Memory> activate(Policy const& where, SparseTensor<T, D, Memory> const& input,
                                    Activation activation) {
  check_reach<Policy, Memory>();
  MatrixView<T const, Memory> const from = input.features();
  Buffer<T, Memory> values(where.memory(), from.size());
  for_each_index(where, from.size(), ActivateEach<T>{from.data, values.data(), activation});
  return SparseTensor<T, D, Memory>(input.sites(), input.channels(), std::move(values));
}

}  // namespace sparseconv

#pragma once

#include <cstdint>
#include <utility>

#include "sparseconv/execute/activation.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/buffer.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv {

/// An activation as a step of its own, for where it does not follow a convolution (which does it in passing).
///
/// Shapes: N x C to N x C, on the same sites; inactive cells stay inactive.
template <ExecutionPolicy Policy, Element T, int D>
SparseTensor<T, D> activate(Policy const& where, SparseTensor<T, D> const& input, Activation activation) {
  MatrixView<T const> const from = input.features();
  Buffer<T> values(where.memory(), from.size());
  for_each_index(where, from.size(), [&](std::int64_t i) { values[i] = activation(from.data[i]); });
  return SparseTensor<T, D>(input.sites(), input.channels(), std::move(values));
}

}  // namespace sparseconv

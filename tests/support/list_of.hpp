#pragma once

#include <vector>

#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::test {

/// The features of a tensor, one row after the other.
template <class T, int D>
std::vector<T> list_of(SparseTensor<T, D> const& tensor) {
  auto const values = tensor.features().values();
  return {values.begin(), values.end()};
}

}  // namespace sparseconv::test

#pragma once

#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::test {

/// The features of a tensor that may end with the statement, for one that ends in it as well.
template <class T, int D, class Memory>
MatrixView<T const, Memory> feature_view(SparseTensor<T, D, Memory> const& tensor) {
  return tensor.features();
}

}  // namespace sparseconv::test

// expect: the tensor has another number of axes than the layer
// errors: 1
#include "sparseconv/layers/sparse_pool.hpp"

auto pool(sparseconv::SparsePool3D const& pool, sparseconv::SparseTensor<float, 2> const& input) {
  return pool(sparseconv::cpu, input);
}

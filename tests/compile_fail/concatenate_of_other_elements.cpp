// expect: the tensors of one call have the same element type; convert one with cast<float>(where, tensor)
// errors: 1
#include "sparseconv/layers/concatenate.hpp"

auto joined(sparseconv::SparseTensor<float, 2> const& a, sparseconv::SparseTensor<sparseconv::half, 2> const& b) {
  return concatenate(sparseconv::cpu, a, b);
}

// expect: the tensors of one call have the same element type; convert one with cast<float>(where, tensor)
// errors: 1
#include "sparseconv/layers/linear.hpp"

auto multiply(sparseconv::Linear<float> const& linear, sparseconv::SparseTensor<float, 2> const& input,
              sparseconv::SparseTensor<double, 2> const& residual) {
  return linear.with_residual(sparseconv::cpu, input, residual);
}

// expect: the call takes two tensors: layer.with_residual(sc::cpu, input, residual)
// errors: 1
#include "sparseconv/layers/inverse_conv.hpp"

auto convolve(sparseconv::InverseConv2D<float> const& conv, sparseconv::SparseTensor<float, 2> const& input) {
  return conv.with_residual(sparseconv::cpu, input);
}

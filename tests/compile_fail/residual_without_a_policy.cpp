// expect: the call has no policy, which says where it runs; put one first
// errors: 1
#include "sparseconv/layers/submanifold_conv.hpp"

auto convolve(sparseconv::SubmanifoldConv2D<float> const& conv, sparseconv::SparseTensor<float, 2> const& input) {
  return conv.with_residual(input, input);
}

// expect: the tensor has another number of axes than the layer
// errors: 1
#include "sparseconv/layers/sparse_conv.hpp"

auto convolve(sparseconv::SparseConv3D<float> const& conv, sparseconv::SparseTensor<float, 2> const& input) {
  return conv(sparseconv::cpu, input);
}

// expect: features and weights of a convolution are both double, or neither is
#include "sparseconv/layers/sparse_conv.hpp"

sparseconv::SparseConv<double, 2, float> layer() {
  return sparseconv::SparseConv<double, 2, float>({.in_channels = 1, .out_channels = 1});
}

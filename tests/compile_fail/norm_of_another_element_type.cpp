// expect: the tensor has another element type than the layer or network takes
// errors: 1
#include "sparseconv/layers/layer_norm.hpp"

auto normed(sparseconv::LayerNorm<float> const& norm, sparseconv::SparseTensor<double, 2> const& input) {
  return norm(sparseconv::cpu, input);
}

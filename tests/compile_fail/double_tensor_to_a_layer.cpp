// expect: the tensor has another element type than the layer or network takes; convert it with cast<float>(where, tensor)
// errors: 1
#include "sparseconv/layers/linear.hpp"

auto multiply(sparseconv::Linear<float> const& linear, sparseconv::SparseTensor<double, 2> const& input) {
  return linear(sparseconv::cpu, input);
}
